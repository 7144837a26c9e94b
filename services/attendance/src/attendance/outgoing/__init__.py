"""Our facts as contract events, a module a subject."""
