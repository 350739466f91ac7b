"""The app, for `streamlit run app.py`. Streamlit finds `app` by reading this file, so the call must stand here.

`assetmap app` does the same and opens no door to other machines; started this way, they are turned away.
"""

import streamlit as st

from assetmap.app.server import MAIN, lifespan, middleware, routes, script_failed

app = st.App(MAIN, routes=routes(), middleware=middleware(), lifespan=lifespan, on_script_error=script_failed)
