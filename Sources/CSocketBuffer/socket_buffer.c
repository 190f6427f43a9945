#include "socket_buffer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local struct socket_buffer *used;

void socket_buffer_use(struct socket_buffer *buffer) { used = buffer; }

/// Follows the packets through what is read: MQTT 5, 2.1, a first byte, one to four of the length, then the rest.
static bool is_in_bounds(struct socket_buffer *buffer, const unsigned char *at, size_t count) {
    const unsigned char *end = at + count;
    while (at < end) {
        if (buffer->length_byte >= 0) {
            buffer->left |= (size_t)(*at & 0x7f) << (7 * buffer->length_byte);
            bool is_last = !(*at++ & 0x80) || buffer->length_byte == 3;
            buffer->length_byte = is_last ? -1 : buffer->length_byte + 1;
            if (is_last && buffer->left > buffer->packet_max) return false;
        } else if (buffer->left > 0) {
            size_t passed = (size_t)(end - at) < buffer->left ? (size_t)(end - at) : buffer->left;
            buffer->left -= passed;
            at += passed;
        } else {
            buffer->length_byte = 0;
            at++;
        }
    }
    return true;
}

// A program's own function stands before the C library's of that name, for the libraries that it loads too.
ssize_t read(int file, void *to, size_t count) {
    struct socket_buffer *buffer = used;
    if (buffer == NULL || buffer->socket != file) return syscall(SYS_read, file, to, count);
    if (buffer->begin == buffer->end) {
        ssize_t received = recv(file, buffer->bytes, sizeof buffer->bytes, 0);
        // An end or an error is for the caller; errno is recv's.
        if (received <= 0) return received;
        buffer->begin = 0;
        buffer->end = (size_t)received;
    }
    size_t waiting = buffer->end - buffer->begin;
    if (count > waiting) count = waiting;
    if (!is_in_bounds(buffer, buffer->bytes + buffer->begin, count)) {
        errno = EMSGSIZE;
        return -1;
    }
    memcpy(to, buffer->bytes + buffer->begin, count);
    buffer->begin += count;
    return (ssize_t)count;
}
