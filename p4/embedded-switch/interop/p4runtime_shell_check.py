#!/usr/bin/env python3
"""Holds `tern switch` against a P4Runtime client that Tern did not write: p4runtime-shell.

The client arbitrates, pushes the pipeline, writes, reads, counts and exchanges packets; frames go
over the switch's UDP ports.

    pip install p4runtime-shell
    p4/embedded-switch/interop/p4runtime_shell_check.py [--tern ./tern] [--p4info FILE --json FILE]

TERN_P4RUNTIME_PYTHON may name the interpreter that has the package. Exit status: 0 all checks
passed, 1 a check failed, 77 NOT RUN because the package is not there.
"""

import argparse
import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

NOT_RUN = 77
TOP = Path(__file__).resolve().parents[3]

other = os.environ.get("TERN_P4RUNTIME_PYTHON")
if other and Path(other).absolute() != Path(sys.executable).absolute():
    os.execv(other, [other, *sys.argv])
try:
    import grpc
    import p4runtime_sh.shell as sh
    from google.rpc import code_pb2
    from p4.v1 import p4runtime_pb2, p4runtime_pb2_grpc
    from p4runtime_sh.p4runtime import P4RuntimeWriteException
except ImportError as missing:
    print(f"interop with p4runtime-shell: NOT RUN: {missing}; pip install p4runtime-shell")
    sys.exit(NOT_RUN)

PATIENCE = 30
VIP = "192.0.2.1"
HOST_1, HOST_2, CONTROLLER = ("02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:ff")

checks = 0


def check(what, passed):
    global checks
    checks += 1
    print(f"  {'ok  ' if passed else 'FAIL'} {what}")
    if not passed:
        raise SystemExit(f"interop with p4runtime-shell: FAILED: {what}")


def udp_socket():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    s.settimeout(PATIENCE)
    return s


def free_port():
    with udp_socket() as s:
        return s.getsockname()[1]


def mac(text):
    return bytes(int(octet, 16) for octet in text.split(":"))


def frame(dst, src, payload):
    return mac(dst) + mac(src) + b"\x88\xb5" + payload


class Switch:
    """`tern switch` as a process, with two ports that are sockets of this one."""

    def __init__(self, command):
        self.hosts = {1: udp_socket(), 2: udp_socket()}
        self.addresses = {n: ("127.0.0.1", free_port()) for n in self.hosts}
        ports = []
        for n, s in self.hosts.items():
            ports.append(f"--port={n}=udp:127.0.0.1:{self.addresses[n][1]},127.0.0.1:{s.getsockname()[1]}")
        self.process = subprocess.Popen(
            [*command, "switch", "--grpc", "127.0.0.1:0", *ports], stdout=subprocess.PIPE, text=True
        )
        ready = re.search(r"P4Runtime (127\.0\.0\.1:\d+)", self.process.stdout.readline())
        if not ready:
            raise SystemExit("interop with p4runtime-shell: FAILED: tern switch did not start")
        self.grpc = ready.group(1)

    def send(self, port, octets):
        self.hosts[port].sendto(octets, self.addresses[port])

    def receive(self, port):
        return self.hosts[port].recv(65535)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def entry(table, action, match=None, **params):
    e = sh.TableEntry(table)(action=action)
    # The shell is made for people and prints each value that is set.
    with contextlib.redirect_stdout(io.StringIO()):
        for key, value in (match or {}).items():
            e.match[key] = value
        for key, value in params.items():
            e.action[key] = value
    return e


def refused(write):
    try:
        write()
    except P4RuntimeWriteException as e:
        return [(code_pb2.Code.Name(error.canonical_code), error.message) for _, error in e.errors]
    return []


def tables():
    print("tables")
    vip = entry("vip_v4", "set_pool", {"dst_addr": VIP, "dst_port": "443"}, pool_id="7", fallback_mask="0xffff", count_migrated="1", icmp_group="0")
    vip.insert()
    found = list(sh.TableEntry("vip_v4").read())
    check("an entry is read back as it was written", len(found) == 1 and found[0].msg() == vip.msg())
    check("the same key again is ALREADY_EXISTS", [c for c, _ in refused(vip.insert)] == ["ALREADY_EXISTS"])
    vip.action["pool_id"] = "8"
    vip.modify()
    found = list(sh.TableEntry("vip_v4").read())
    check("a modified entry is read back", len(found) == 1 and found[0].msg() == vip.msg())
    absent = entry("vip_v4", "set_pool", {"dst_addr": VIP, "dst_port": "444"}, pool_id="7", fallback_mask="0", count_migrated="1", icmp_group="0")
    check("modifying an entry that is not there is NOT_FOUND", [c for c, _ in refused(absent.modify)] == ["NOT_FOUND"])

    wide = p4runtime_pb2.TableEntry()
    wide.CopyFrom(vip.msg())
    wide.match[1].exact.value = b"\x01\x00\x00"
    update = p4runtime_pb2.Update(type=p4runtime_pb2.Update.INSERT)
    update.entity.table_entry.CopyFrom(wide)
    errors = refused(lambda: sh.client.write_update(update))
    check("a value that is too wide is INVALID_ARGUMENT and names table, field and width",
          len(errors) == 1 and errors[0][0] == "INVALID_ARGUMENT"
          and all(word in errors[0][1] for word in ("vip_v4", "dst_port", "bit<16>")))

    vip.delete()
    check("a deleted entry is gone", list(sh.TableEntry("vip_v4").read()) == [])


def default_entry():
    print("default entry")
    default = entry("l2", "l2_flood", multicast_group="1")
    default.is_default = True
    default.modify()
    read = sh.TableEntry("l2")
    read.is_default = True
    found = list(read.read())
    check("the default entry is read back", len(found) == 1 and found[0].msg().action == default.msg().action)


def replication():
    print("replication")
    group = sh.MulticastGroupEntry(1)
    group.add(1, 0).add(2, 0)
    group.insert()
    found = list(sh.MulticastGroupEntry(1).read())
    check("a multicast group is read back", len(found) == 1 and len(found[0].replicas) == 2)


def forwarding(switch):
    print("forwarding and counters")
    switch.send(1, frame(HOST_2, HOST_1, b"flooded"))
    check("an unknown destination is flooded", switch.receive(2) == frame(HOST_2, HOST_1, b"flooded"))
    entry("l2", "l2_forward", {"dst_mac": HOST_1}, port="1").insert()
    switch.send(2, frame(HOST_1, HOST_2, b"known"))
    check("a known destination is forwarded", switch.receive(1) == frame(HOST_1, HOST_2, b"known"))
    cells = list(sh.CounterEntry("reason").read())
    check("the cells of an indirect counter are read", len(cells) > 1)
    check("and they counted the packets", sum(cell.packet_count for cell in cells) >= 2)
    cells[0].packet_count = 1000
    cells[0].modify()
    one = sh.CounterEntry("reason")
    one.index = cells[0].index
    check("a cell can be set", [cell.packet_count for cell in one.read()] == [1000])


def packet_io(switch):
    print("packet I/O")
    payload = frame(HOST_2, CONTROLLER, b"from the controller")
    sh.PacketOut(payload, egress_port="2", pad="0").send()
    check("a packet-out leaves by the port it names", switch.receive(2) == payload)
    entry("l2", "l2_forward", {"dst_mac": CONTROLLER}, port="255").insert()
    payload = frame(CONTROLLER, HOST_2, b"to the controller")
    switch.send(2, payload)
    message = sh.client.get_stream_packet("packet", timeout=PATIENCE)
    check("a frame to the CPU port is a packet-in", message is not None and message.packet.payload == payload)
    check("with the port where it came from", message.packet.metadata[0].value == b"\x02")
    bad = p4runtime_pb2.StreamMessageRequest()
    bad.packet.payload = payload
    sh.client.stream_out_q.put(bad)
    error = sh.client.get_stream_packet("unknown", timeout=PATIENCE)
    check("a packet-out without its metadata is a stream error",
          error is not None and error.error.canonical_code == code_pb2.INVALID_ARGUMENT)


def arbitration(switch):
    print("arbitration")

    def session(low):
        request = p4runtime_pb2.StreamMessageRequest()
        request.arbitration.device_id = 1
        request.arbitration.election_id.low = low
        done = threading.Event()
        channel = grpc.insecure_channel(switch.grpc)

        def requests():
            yield request
            done.wait(PATIENCE)

        return channel, done, p4runtime_pb2_grpc.P4RuntimeStub(channel).StreamChannel(requests())

    channel, done, stream = session(1)
    check("a lower election ID is backup", next(stream).arbitration.status.code == code_pb2.ALREADY_EXISTS)
    done.set()
    channel.close()
    channel, done, stream = session(99)
    check("a higher election ID is primary", next(stream).arbitration.status.code == code_pb2.OK)
    message = sh.client.get_stream_packet("arbitration", timeout=PATIENCE)
    check("the old primary hears of it", message is not None and message.arbitration.election_id.low == 99)
    try:
        entry("l2", "l2_forward", {"dst_mac": "02:00:00:00:00:77"}, port="1").insert()
        code = None
    except grpc.RpcError as e:
        code = e.code()
    check("and writes no more", code == grpc.StatusCode.PERMISSION_DENIED)
    done.set()
    channel.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tern", default=str(TOP / "tern"), help="the command to hold against the client")
    parser.add_argument("--p4info", default=str(TOP / "p4/compiled/tern.p4info.txtpb"))
    parser.add_argument("--json", default=str(TOP / "p4/compiled/tern.json"))
    options = parser.parse_args()

    switch = Switch(options.tern.split())
    try:
        sh.setup(device_id=1, grpc_addr=switch.grpc, election_id=(0, 10),
                 config=sh.FwdPipeConfig(options.p4info, options.json), verbose=False)
        # The shell pads its values unless it is told not to; the specification wants the shortest form.
        sh.global_options["canonical_bytestrings"] = True
        print("session")
        check("the version is told", sh.APIVersion() is not None)
        tables()
        default_entry()
        replication()
        forwarding(switch)
        packet_io(switch)
        arbitration(switch)
        started = time.monotonic()
        status = switch.terminate()
        print("end")
        check("SIGTERM ends the switch in good order", status in (0, 143) and time.monotonic() - started < 10)
    finally:
        if switch.process.poll() is None:
            switch.process.kill()
        sh.teardown()
    print(f"interop with p4runtime-shell: passed, {checks} checks")


if __name__ == "__main__":
    main()
