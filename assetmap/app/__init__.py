"""What does the community worker see? The only room that imports streamlit."""
