#!/bin/sh
# Installs the browser and the driver that `cargo test` needs, if they are missing.
#
# usage: scripts/install-browsers.sh [--firefox]
#
# --firefox also installs Firefox and geckodriver, for the stories that run in several browsers.
set -eu

usage() {
    echo "usage: $0 [--firefox]" >&2
    exit 2
}

firefox=false
case $# in
    0) ;;
    1) [ "$1" = --firefox ] || usage
       firefox=true ;;
    *) usage ;;
esac

has() {
    command -v "$1" >/dev/null 2>&1
}

has_chromium() {
    has chromedriver && {
        has chromium-headless-shell || has chrome-headless-shell ||
            has chromium || has chromium-browser || has google-chrome
    }
}

has_firefox() {
    has geckodriver && { has firefox || has firefox-esr; }
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        echo "cannot install without root: run as root, or install sudo" >&2
        exit 1
    fi
}

# Whether the package exists. Names differ between Debian and Ubuntu, and between releases.
available() {
    [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends "$@"
}

install_chromium() {
    if has apt-get; then
        as_root apt-get update
        if available chromium-driver; then
            # The headless shell starts three times as fast; older releases lack it.
            shell=
            ! available chromium-headless-shell || shell=chromium-headless-shell
            # shellcheck disable=SC2086 # If $shell is empty, it must not become an argument.
            apt_install chromium chromium-driver $shell
        else
            apt_install chromium-browser chromium-chromedriver
        fi
    else
        cat >&2 <<'END'
install Chromium (or Chrome) and a chromedriver of the same version, then run this again:
  macOS    brew install --cask google-chrome chromedriver
  Windows  winget install Google.Chrome Chromium.ChromeDriver
  Fedora   sudo dnf install chromium chromium-headless chromedriver
  Arch     sudo pacman -S chromium
  Alpine   sudo apk add chromium chromium-chromedriver
END
        exit 1
    fi
}

install_firefox() {
    if ! has firefox && ! has firefox-esr; then
        if has apt-get; then
            as_root apt-get update
            if available firefox-esr; then
                apt_install firefox-esr
            else
                apt_install firefox
            fi
        else
            cat >&2 <<'END'
install Firefox and geckodriver, then run this again:
  macOS    brew install --cask firefox && brew install geckodriver
  Windows  winget install Mozilla.Firefox Mozilla.GeckoDriver
  Fedora   sudo dnf install firefox
END
            exit 1
        fi
    fi
    # Few systems package it. This builds Mozilla's crate, which takes about three minutes.
    has geckodriver || cargo install --locked geckodriver
}

has_chromium || install_chromium
if $firefox; then
    has_firefox || install_firefox
fi
