"""A browser on WebKitGTK that WebKitWebDriver drives, as it does MiniBrowser, but with a profile on disk.

MiniBrowser keeps nothing under --automation, so that no story about closing and reopening could be told in it.
Usage: webkit-browser.py PROFILE [private | "storage off" | "storage full"]
"""

import os
import signal
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2  # noqa: E402

profile = sys.argv[1]
mode = sys.argv[2] if len(sys.argv) > 2 else ""
folders = {
    "base_data_directory": os.path.join(profile, "data"),
    "base_cache_directory": os.path.join(profile, "cache"),
}
if mode == "private":
    data = WebKit2.WebsiteDataManager.new_ephemeral()
elif mode == "storage full":
    # Shares of the disk: a billionth of it holds nothing.
    data = WebKit2.WebsiteDataManager(origin_storage_ratio=1e-9, total_storage_ratio=1e-9, **folders)
else:
    data = WebKit2.WebsiteDataManager(**folders)
context = WebKit2.WebContext(website_data_manager=data)
context.set_automation_allowed(True)
if mode == "storage off":
    context.get_cookie_manager().set_accept_policy(WebKit2.CookieAcceptPolicy.NEVER)
elif mode != "private":
    context.get_cookie_manager().set_persistent_storage(
        os.path.join(profile, "cookies.sqlite"), WebKit2.CookiePersistentStorage.SQLITE
    )


def open_page(_session):
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    window = Gtk.Window(default_width=1280, default_height=800)
    window.add(view)
    window.show_all()
    if mode == "storage off":
        settings = view.get_settings()
        settings.set_enable_html5_database(False)
        settings.set_enable_html5_local_storage(False)
    view.connect("close", lambda _view: window.destroy())
    return view


def start(_context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name("Afterglow-Test-Browser")
    info.set_version(WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version())
    session.set_application_info(info)
    session.connect("create-web-view", open_page)


context.connect("automation-started", start)
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, Gtk.main_quit)
Gtk.main()
