"""What is made of a release: each output is a module that makes files of the snapshot alone (see ``registry``)."""
