// SPDX-License-Identifier: Apache-2.0
//
// Sends frames through a switch between two network interfaces and counts what comes back, with a
// bounded number in flight: a burst larger than the switch's capture ring would be lost and prove
// nothing. One thread, so that the load takes as little as it can of the cores that the switch wants.
//
// Reads orders from standard input, one a line, and answers each by one line:
//
//   quiet                                     keeps new interfaces of this namespace from announcing
//                                             themselves over IPv6
//   up IF                                     brings an interface of this network namespace up
//   run TX RX FRAMES WARM_MS MEASURE_MS WINDOW
//                                             sends the frames of the file FRAMES in turns by TX;
//                                             "ok RECEIVED NANOSECONDS LOST SENT_IN_ALL"
//
// FRAMES holds frames one after the other, each behind its length (16 bits, network order). A frame
// that is not back after 200 ms is lost. Ends with standard input.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { BATCH = 64, MAX_FRAMES = 65536, MAX_FRAME = 2048, LOST_AFTER_MS = 200 };

struct frame {
  unsigned char *octets;
  size_t length;
};

static struct frame frames[MAX_FRAMES];
static size_t frame_count;

static long long nanos(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int failed(const char *what) {
  printf("error %s: %s\n", what, strerror(errno));
  return -1;
}

static int bring_up(const char *name) {
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) {
    return failed("socket");
  }
  int result = ioctl(fd, SIOCGIFFLAGS, &request);
  if (result == 0) {
    request.ifr_flags |= IFF_UP | IFF_PROMISC;
    result = ioctl(fd, SIOCSIFFLAGS, &request);
  }
  if (result != 0) {
    failed(name);
  }
  close(fd);
  return result;
}

// A packet socket on one interface; protocol 0 receives nothing.
static int open_packet(const char *name, int protocol) {
  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) {
    return failed("packet socket");
  }
  int on = 1;
  int octets = 8 << 20;
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET,
      .sll_protocol = htons(protocol),
      .sll_ifindex = (int)if_nametoindex(name),
  };
  // The queueing discipline would only add its own cost; what a receiver sends itself does not count.
  if (address.sll_ifindex == 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets) != 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    failed(name);
    close(fd);
    return -1;
  }
  return fd;
}

static int load_frames(const char *path) {
  for (size_t i = 0; i < frame_count; i++) {
    free(frames[i].octets);
  }
  frame_count = 0;
  FILE *file = fopen(path, "rb");
  if (!file) {
    return failed(path);
  }
  unsigned char length[2];
  while (frame_count < MAX_FRAMES && fread(length, 1, 2, file) == 2) {
    struct frame *frame = &frames[frame_count];
    frame->length = (size_t)length[0] << 8 | length[1];
    frame->octets = malloc(frame->length);
    if (!frame->octets || fread(frame->octets, 1, frame->length, file) != frame->length) {
      break;
    }
    frame_count++;
  }
  fclose(file);
  if (frame_count == 0) {
    printf("error %s: no frames\n", path);
    return -1;
  }
  return 0;
}

// Sends `count` frames from `next` on; returns how many the interface took, or -1.
static int send_frames(int fd, size_t next, int count) {
  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < count; i++) {
    struct frame *frame = &frames[(next + (size_t)i) % frame_count];
    parts[i] = (struct iovec){frame->octets, frame->length};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int sent = sendmmsg(fd, messages, (unsigned)count, 0);
  return sent < 0 && (errno == ENOBUFS || errno == EAGAIN) ? 0 : sent;
}

// Takes what has come, waiting for the first; 0 if nothing comes in time, or -1.
static int receive_frames(int fd) {
  static unsigned char octets[BATCH][MAX_FRAME];
  static struct mmsghdr messages[BATCH];
  static struct iovec parts[BATCH];
  for (int i = 0; i < BATCH; i++) {
    parts[i] = (struct iovec){octets[i], MAX_FRAME};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int received = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
  if (received < 0 && errno == EAGAIN) {
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    if (poll(&waiting, 1, LOST_AFTER_MS) <= 0) {
      return 0;
    }
    received = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
  }
  return received < 0 && errno == EAGAIN ? 0 : received;
}

static void run(int tx, int rx, long warm_ms, long measure_ms, int window) {
  while (receive_frames(rx) > 0) {
    // What an earlier run left behind.
  }
  long long begin = nanos() + warm_ms * 1000000LL;
  long long end = begin + measure_ms * 1000000LL;
  long long measured_from = 0;
  long long counted = 0;
  long long lost = 0;
  long long sent_in_all = 0;
  int in_flight = 0;
  for (;;) {
    long long now = nanos();
    if (measured_from == 0 && now >= begin) {
      measured_from = now;
      counted = 0;
    }
    if (now >= end) {
      printf("ok %lld %lld %lld ", counted, now - measured_from, lost);
      break;
    }
    while (in_flight < window) {
      int count = window - in_flight < BATCH ? window - in_flight : BATCH;
      int sent = send_frames(tx, (size_t)sent_in_all, count);
      if (sent < 0) {
        failed("send");
        return;
      }
      sent_in_all += sent;
      in_flight += sent;
      if (sent < count) {
        break;
      }
    }
    int received = receive_frames(rx);
    if (received < 0) {
      failed("receive");
      return;
    }
    if (received == 0) {
      lost += in_flight;
      in_flight = 0;
    } else {
      counted += received;
      in_flight = received < in_flight ? in_flight - received : 0;
    }
  }
  while (in_flight > 0) {
    int received = receive_frames(rx);
    if (received <= 0) {
      break;
    }
    in_flight -= received;
  }
  printf("%lld\n", sent_in_all);
}

int main(void) {
  char line[1024];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    char tx_name[IFNAMSIZ];
    char rx_name[IFNAMSIZ];
    char path[512];
    long warm_ms;
    long measure_ms;
    int window;
    if (strcmp(line, "quiet\n") == 0) {
      // Where there is no IPv6 there is nothing to keep quiet.
      FILE *setting = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w");
      if (setting) {
        fputs("1", setting);
        fclose(setting);
      }
      printf("ok\n");
    } else if (sscanf(line, "up %15s", tx_name) == 1) {
      if (bring_up(tx_name) == 0) {
        printf("ok\n");
      }
    } else if (sscanf(line, "run %15s %15s %511s %ld %ld %d", tx_name, rx_name, path, &warm_ms,
                      &measure_ms, &window) == 6) {
      if (load_frames(path) != 0) {
        continue;
      }
      int tx = open_packet(tx_name, 0);
      int rx = tx < 0 ? -1 : open_packet(rx_name, ETH_P_ALL);
      if (rx >= 0) {
        run(tx, rx, warm_ms, measure_ms, window);
        close(rx);
      }
      if (tx >= 0) {
        close(tx);
      }
    } else {
      printf("error not understood: %s", line);
    }
  }
  return 0;
}
