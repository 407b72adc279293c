#!/usr/bin/env python3
"""Holds `tern agent` against a P4Runtime client that Tern did not write: p4runtime-shell.

The client arbitrates, pushes the pipeline, writes, reads and counts; packets come by a pair of
interfaces; the agent is killed and goes on. Needs root and a BPF file system at /sys/fs/bpf.

    pip install p4runtime-shell
    xdp-fallback/agent/interop/p4runtime_shell_agent_check.py [--tern ./tern]

TERN_P4RUNTIME_PYTHON may name the interpreter that has the package. Exit status: 0 all checks
passed, 1 a check failed, 77 NOT RUN because the package or a privilege is not there.
"""

import argparse
import ipaddress
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "p4/embedded-switch/interop"))
import p4runtime_shell_check as switch  # noqa: E402 (says itself if p4runtime-shell is not there)
from p4runtime_shell_check import NOT_RUN, PATIENCE, VIP, check, entry, refused, sh  # noqa: E402

import grpc  # noqa: E402
from google.rpc import code_pb2  # noqa: E402
from p4.v1 import p4runtime_pb2, p4runtime_pb2_grpc  # noqa: E402

PINS = "/sys/fs/bpf/tern-interop"
SID = "0xc0ffee01" + "00" * 11
REASON_ROUTED_BY_CID = 4


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Agent:
    """`tern agent` as a process, on one end of a pair of interfaces."""

    def __init__(self, command, device_id, interface, run_dir):
        self.options = ["--device-id", str(device_id), "--pin-dir", PINS, "--run-dir", run_dir]
        self.command = [*command, "agent", *self.options]
        self.interface = interface
        self.device_id = device_id
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [*self.command, "--grpc", "127.0.0.1:0", "--interface", self.interface],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        ready = re.search(r"P4Runtime (127\.0\.0\.1:\d+)", line)
        if not ready:
            raise SystemExit("interop with p4runtime-shell: FAILED: tern agent did not start")
        self.grpc = ready.group(1)
        return line

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def detach(self):
        return subprocess.run([*self.command, "--detach"], check=False, stdout=subprocess.DEVNULL).returncode


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def quic_to_vip():
    """A short header whose CID names the server; UDP without a checksum."""
    payload = b"\x40" + b"\x00" + bytes.fromhex("c0ffee01") + bytes(4) + bytes(range(24))
    udp = struct.pack("!HHHH", 50000, 443, 8 + len(payload), 0) + payload
    addresses = ipaddress.ip_address("198.51.100.7").packed + ipaddress.ip_address(VIP).packed
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + addresses
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return bytes.fromhex("0200000000fe") + bytes.fromhex("02000000000c") + b"\x08\x00" + header + udp


def connect(agent, config=None):
    sh.setup(device_id=agent.device_id, grpc_addr=agent.grpc, election_id=(0, 10), config=config, verbose=False)
    sh.global_options["canonical_bytestrings"] = True


def session(agent, p4info):
    print("session")
    check("the version is told", sh.APIVersion() is not None)
    with grpc.insecure_channel(agent.grpc) as channel:
        request = p4runtime_pb2.GetForwardingPipelineConfigRequest(
            device_id=agent.device_id,
            # With its program it is more than gRPC takes at once unless it is told to.
            response_type=p4runtime_pb2.GetForwardingPipelineConfigRequest.P4INFO_AND_COOKIE)
        answer = p4runtime_pb2_grpc.P4RuntimeStub(channel).GetForwardingPipelineConfig(request)
    check("the pipeline is read back", len(answer.config.p4info.tables) > 10 and answer.config.cookie.cookie == 0)


def tables():
    print("tables")
    entries = [
        entry("backend", "forward_l2", {"backend_id": "101"}, port="1", dst_mac="02:00:00:00:0b:01", src_mac="0"),
        entry("server_id", "to_backend", {"sid_space": "1", "server_id": SID}, backend_id="101"),
        entry("cid_config", "decode_plaintext", {"pool_id": "7", "codepoint": "0"},
              sid_space="1", sid_mask="0xffffffff" + "00" * 11, min_cid_length="9", check_length="0"),
        entry("vip_v4", "set_pool", {"dst_addr": VIP, "dst_port": "443"},
              pool_id="7", fallback_mask="0", count_migrated="0", icmp_group="0"),
    ]
    for e in entries:
        e.insert()
        found = list(sh.TableEntry(e.name).read())
        check(f"an entry of {e.name} is read back as it was written", len(found) == 1 and found[0].msg() == e.msg())
    check("the same key again is ALREADY_EXISTS", [c for c, _ in refused(entries[0].insert)] == ["ALREADY_EXISTS"])

    other = entry("backend", "forward_l2", {"backend_id": "102"}, port="1", dst_mac="02:00:00:00:0b:02", src_mac="0")
    other.insert()
    other.action["dst_mac"] = "02:00:00:00:0b:03"
    other.modify()
    other.delete()
    check("a deleted entry is gone", len(list(sh.TableEntry("backend").read())) == 1)
    other.action["port"] = "9"
    errors = refused(other.insert)
    check("a port that is none of the agent's is INVALID_ARGUMENT and named",
          len(errors) == 1 and errors[0][0] == "INVALID_ARGUMENT" and "port 9" in errors[0][1])
    l2 = entry("l2", "l2_forward", {"dst_mac": "02:00:00:00:00:01"}, port="1")
    errors = refused(l2.insert)
    check("what a host does not do is UNIMPLEMENTED, with the reason",
          len(errors) == 1 and errors[0][0] == "UNIMPLEMENTED" and "network stack" in errors[0][1])


def routed():
    cell = sh.CounterEntry("reason")
    cell.index = REASON_ROUTED_BY_CID
    return [c.packet_count for c in cell.read()][0]


def vip_packets():
    return [c.packet_count for c in sh.DirectCounterEntry("vip_v4_counter").read()][0]


def send(interface, count):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind((interface, 0))
        for _ in range(count):
            s.send(quic_to_vip())


def await_count(read, wanted):
    deadline = time.monotonic() + PATIENCE
    while read() != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return read() == wanted


def counters(far):
    print("counters")
    send(far, 3)
    check("the cell of the reason counts packets", await_count(routed, 3))
    check("the direct counter of the VIP counts them", vip_packets() == 3)


def packet_out():
    print("packet-out")
    sh.PacketOut(quic_to_vip(), egress_port="1", pad="0").send()
    error = sh.client.get_stream_packet("unknown", timeout=PATIENCE)
    check("a packet-out is UNIMPLEMENTED, with the reason",
          error is not None and error.error.canonical_code == code_pb2.UNIMPLEMENTED
          and "network stack" in error.error.message)


def survival(agent, far):
    print("kill -9")
    before = {t: [e.msg() for e in sh.TableEntry(t).read()] for t in ("vip_v4", "cid_config", "server_id", "backend")}
    sh.teardown()
    agent.kill()
    send(far, 2)
    line = agent.start()
    check("the next agent goes on from what was pinned", "went on" in line)
    connect(agent)
    after = {t: [e.msg() for e in sh.TableEntry(t).read()] for t in before}
    check("a client that pushes nothing finds all entries", before == after)
    check("packets that came meanwhile were routed and counted", await_count(routed, 5))


def not_run(why):
    print(f"interop with p4runtime-shell: NOT RUN: {why}")
    sys.exit(NOT_RUN)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tern", default=str(TOP / "tern"), help="the command to hold against the client")
    parser.add_argument("--p4info", default=str(TOP / "p4/compiled/tern.p4info.txtpb"))
    parser.add_argument("--json", default=str(TOP / "p4/compiled/tern.json"))
    options = parser.parse_args()
    if os.geteuid() != 0 or " /sys/fs/bpf bpf " not in Path("/proc/mounts").read_text():
        not_run("it needs root and a BPF file system at /sys/fs/bpf")

    near, far = f"tn{os.getpid()}", f"tf{os.getpid()}"
    run_dir = tempfile.TemporaryDirectory()
    agent = Agent(options.tern.split(), os.getpid(), near, run_dir.name)
    run("ip", "link", "add", near, "type", "veth", "peer", "name", far)
    try:
        for end in (near, far):
            run("sysctl", "-q", "-w", f"net.ipv6.conf.{end}.disable_ipv6=1")
            run("ip", "link", "set", end, "up")
        agent.start()
        connect(agent, sh.FwdPipeConfig(options.p4info, options.json))
        session(agent, options.p4info)
        tables()
        counters(far)
        packet_out()
        survival(agent, far)
        sh.teardown()
        agent.process.send_signal(signal.SIGTERM)
        print("end")
        check("SIGTERM ends the agent in good order", agent.process.wait(PATIENCE) in (0, 143))
        check("it is detached", agent.detach() == 0)
        check("detached, nothing is pinned", not Path(PINS, str(agent.device_id)).exists())
    finally:
        if agent.process and agent.process.poll() is None:
            agent.kill()
        if Path(PINS, str(agent.device_id)).exists():
            agent.detach()
        subprocess.run(["ip", "link", "delete", near], check=False)
        run_dir.cleanup()
    print(f"interop with p4runtime-shell: passed, {switch.checks} checks")


if __name__ == "__main__":
    main()
