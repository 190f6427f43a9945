#ifndef SOCKET_BUFFER_H
#define SOCKET_BUFFER_H

#include <stddef.h>

/// Bytes of one socket that were received and not yet read.
///
/// libmosquitto asks the kernel three or four times for each packet: its first byte, each byte of its length, the rest.
/// At tens of thousands of messages a second that is a third of the processor's time. While a buffer is in use, `read` on
/// its socket takes what a single `recv` has brought.
///
/// A packet whose property has an identifier that MQTT 5 does not know ends the connection with EPROTO: the library would
/// fail an assertion.
///
/// Under TLS `SSL_read` is followed in the same way, and nothing is held.
struct socket_buffer {
    /// -1: none, or one under TLS.
    int socket;
    unsigned char is_tls;
    size_t begin, end;
    /// Of a packet behind its length. A longer one ends the connection with EMSGSIZE: the library would fail an assertion,
    /// or ask for as much memory as the length says.
    size_t packet_max;
    /// What of the packet is still to come, and which byte of its length is next; -1: its first byte, or none of these.
    size_t left;
    int length_byte;
    /// Its properties, MQTT 5, 2.2.2: what is next there, and how many bytes pass before it.
    unsigned char first, phase, is_pair;
    size_t number, shift, skip, properties;
    /// What ended the connection, an error number: under TLS `errno` is lost on the way. 0: nothing.
    int wrong;
    unsigned char bytes[1 << 16];
};

/// From now on this thread's `read` calls on the buffer's socket, or its `SSL_read` calls, go through it; NULL: none do. Calls on other files, and on
/// other threads, are the kernel's own.
void socket_buffer_use(struct socket_buffer *buffer);

#endif
