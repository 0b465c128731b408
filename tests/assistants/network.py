"""A network of its own for a process: nothing but its own loopback can be reached from it."""

import fcntl
import shutil
import socket
import struct
import subprocess

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
FLAGS = "16sh14x"  # the name and the flags in a `struct ifreq`


def namespace_command():
    """The command that runs another one in a new network namespace; or none, and why not."""
    if shutil.which("unshare") is None:
        return None, "there is no `unshare` (Linux, package util-linux)"
    said = ""
    # A user who is not root becomes it inside a user namespace, where the machine allows that.
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        tried = subprocess.run([*command, "true"], capture_output=True, text=True)
        if tried.returncode == 0:
            return [*command, "--"], ""
        said = tried.stderr.strip()
    return None, said


def bring_loopback_up():
    """Inside the namespace, before anything listens: loopback is down there at first."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack(FLAGS, b"lo", flags(any_socket, "lo") | IFF_UP))


def assert_alone():
    """Proof that this process is where it should be: no interface but loopback is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up = [name for _, name in socket.if_nameindex() if flags(any_socket, name) & IFF_UP]
    assert up == ["lo"], f"interfaces that are up: {up}"


def flags(any_socket, name):
    return struct.unpack(FLAGS, fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack(FLAGS, name.encode(), 0)))[1]
