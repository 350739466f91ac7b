"""The script that Streamlit runs for every visitor and every change."""

from assetmap.app.router import run

run()
