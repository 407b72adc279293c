# Puts the near end of a host's cable (host.sh) into a bridge that knows where every MAC address is.
#
#   sh -eu bridge-port.sh BRIDGE INTERFACE MAC

bridge=$1 interface=$2 mac=$3

ip link set "$interface" master "$bridge"
bridge link set dev "$interface" learning off flood off mcast_flood off
bridge fdb replace "$mac" dev "$interface" master static
