"""The legal acts by which adopted award lists become final: minutes of the meeting, and the decision."""
