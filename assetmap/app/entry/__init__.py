"""The two files that Streamlit reads itself. They lie apart, for it takes a folder `pages` beside them for its own."""
