"""Administrative conditions of a campaign."""
