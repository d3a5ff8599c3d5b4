"""The map server: layers, cases, dispatch and the live board over HTTP."""
