"""What does an installed package start? Streamlit finds `app` by reading this file, so the call must stand here."""

import streamlit as st

from assetmap.app.server import MAIN, lifespan, middleware, routes, script_failed

app = st.App(MAIN, routes=routes(), middleware=middleware(), lifespan=lifespan, on_script_error=script_failed)
