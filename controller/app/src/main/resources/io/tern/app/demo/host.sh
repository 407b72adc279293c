# Adds one host of the demo's network: a network namespace with a veth pair to the demo's own.
#
#   sh -eu host.sh clients INTERFACE MAC GATEWAY_MAC PUBLIC_V6 PUBLIC_V4...
#   sh -eu host.sh server INTERFACE MAC GATEWAY_MAC CONTROLLER MANAGEMENT OWN VIP_V4 VIP_V6
#   sh -eu host.sh edge INTERFACE MAC GATEWAY_MAC CONTROLLER MANAGEMENT
#
# INTERFACE is the near end of the pair, and the name of the namespace. Runs inside the
# demo's own network and mount namespaces only: names need to be unique there, and nothing is undone.

role=$1 interface=$2 mac=$3 gateway=$4
shift 4

in_host() { nsenter --net="/run/netns/$interface" -- "$@"; }
in_host_set() { in_host sh -c 'echo "$2" >"/proc/sys/net/$1"' sh "$1" "$2"; }

ip netns add "$interface"
# Only frames of the demo on the wire: no router solicitations, no duplicate address detection.
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
ip link add "$interface" type veth peer name eth0 netns "$interface"
ip link set "$interface" up

in_host_set ipv6/conf/all/disable_ipv6 0
in_host_set ipv6/conf/default/disable_ipv6 0
in_host ip link set lo up
in_host ip link set eth0 addrgenmode none address "$mac"
# Left to the "hardware", the UDP checksum would never be filled in: no hardware follows.
in_host ethtool -K eth0 tx off >/dev/null
in_host ip link set eth0 up

# Everything goes to one neighbour, whose MAC address is known: nobody has to answer ARP or NDP.
in_host ip neigh add 169.254.0.1 lladdr "$gateway" dev eth0 nud permanent
in_host ip route add 169.254.0.1 dev eth0
in_host ip route add default via 169.254.0.1 dev eth0
in_host ip neigh add fe80::1 lladdr "$gateway" dev eth0 nud permanent
in_host ip route add default via fe80::1 dev eth0

case $role in
  clients)
    # Every address that the NAT may give is the host's own.
    in_host ip route add local "$1" dev lo
    in_host_set ipv6/ip_nonlocal_bind 1
    shift
    for range; do in_host ip route add local "$range" dev lo; done
    ;;
  server | edge)
    controller=$1 management=$2
    shift 2
    # The management network: a cable of its own to the controller, which no client's packet takes.
    ip link add "m$interface" type veth peer name management netns "$interface"
    ip addr add "$controller" peer "$management" dev "m$interface"
    ip link set "m$interface" up
    in_host ip addr add "$management" peer "$controller" dev management
    in_host ip link set management up
    ;;
esac

if [ "$role" = server ]; then
  own=$1 vip_v4=$2 vip_v6=$3
  in_host ip addr add "$own/128" dev eth0 nodad
  # Direct server return: the server answers from the VIP.
  in_host ip addr add "$vip_v4/32" dev lo
  in_host ip addr add "$vip_v6/128" dev lo nodad
fi
