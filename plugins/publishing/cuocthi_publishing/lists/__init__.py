"""Lists of persons that are too long for one page: paged files, searched by name with no server."""
