#define _GNU_SOURCE
#include "socket_buffer.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// OpenSSL's, of which no header is needed.
struct ssl_st;
int SSL_read(struct ssl_st *link, void *to, int count);

static _Thread_local struct socket_buffer *used;

void socket_buffer_use(struct socket_buffer *buffer) { used = buffer; }

/// What the next byte of a packet is.
enum phase { REST, TOPIC_HIGH, TOPIC_LOW, LENGTH, IDENTIFIER, VARIABLE, TEXT_HIGH, TEXT_LOW };

/// What a packet has before its properties: MQTT 5, 3.2 to 3.15, by its type.
static void begin_packet(struct socket_buffer *buffer) {
    static const signed char before[16] = {-1, -1, 2, 0, 3, 3, 3, 3, -1, 2, -1, 2, -1, -1, 1, 1};
    int type = buffer->first >> 4;
    buffer->skip = before[type] > 0 ? (size_t)before[type] : 0;
    buffer->phase = type == 3 ? TOPIC_HIGH : before[type] < 0 ? REST : LENGTH;
    buffer->number = buffer->shift = buffer->properties = 0;
}

/// Takes a property's identifier, MQTT 5, 2.2.2.2. False for one that is none.
static bool begin_property(struct socket_buffer *buffer, unsigned char identifier) {
    buffer->is_pair = identifier == 38;
    switch (identifier) {
    case 1: case 23: case 25: case 36: case 37: case 40: case 41: case 42: buffer->skip = 1; return true;
    case 19: case 33: case 34: case 35: buffer->skip = 2; return true;
    case 2: case 17: case 24: case 39: buffer->skip = 4; return true;
    case 11: buffer->phase = VARIABLE; return true;
    case 3: case 8: case 9: case 18: case 21: case 22: case 26: case 28: case 31: case 38:
        buffer->phase = TEXT_HIGH;
        return true;
    default: return false;
    }
}

/// Takes a byte that says how many follow. What is wrong otherwise the library finds and names.
static bool take(struct socket_buffer *buffer, unsigned char byte) {
    switch (buffer->phase) {
    case TOPIC_HIGH:
    case TEXT_HIGH:
        buffer->number = (size_t)byte << 8;
        buffer->phase++;
        return true;
    case TOPIC_LOW:
        // Behind the topic stands the packet's number, at QoS 1 and 2.
        buffer->skip = (buffer->number | byte) + (buffer->first & 6 ? 2 : 0);
        buffer->phase = LENGTH;
        buffer->number = 0;
        return true;
    case LENGTH:
        buffer->number |= (size_t)(byte & 0x7f) << buffer->shift;
        buffer->shift += 7;
        if (byte & 0x80) {
            if (buffer->shift > 21) buffer->phase = REST;
        } else {
            buffer->properties = buffer->number;
            buffer->phase = buffer->number > 0 ? IDENTIFIER : REST;
        }
        return true;
    case IDENTIFIER: return begin_property(buffer, byte);
    case VARIABLE:
        if (!(byte & 0x80)) buffer->phase = IDENTIFIER;
        return true;
    case TEXT_LOW:
        buffer->skip = buffer->number | byte;
        buffer->phase = buffer->is_pair ? TEXT_HIGH : IDENTIFIER;
        buffer->is_pair = false;
        return true;
    default: return true;
    }
}

/// Takes some of a packet's bytes behind its length, all that pass or one that counts.
/// - Returns: how many; 0 where there is no such property.
static size_t pass(struct socket_buffer *buffer, const unsigned char *at, size_t count) {
    if (count > buffer->left) count = buffer->left;
    bool is_property = buffer->phase >= IDENTIFIER;
    if (buffer->phase != REST && buffer->skip == 0) {
        count = 1;
        if (!take(buffer, *at)) return 0;
    } else if (buffer->phase != REST) {
        if (count > buffer->skip) count = buffer->skip;
        buffer->skip -= count;
    }
    buffer->left -= count;
    if (is_property) {
        buffer->properties -= count < buffer->properties ? count : buffer->properties;
        if (buffer->properties == 0) buffer->phase = REST;
    }
    return count;
}

/// Follows the packets through what is read: MQTT 5, 2.1, a first byte, one to four of the length, then the rest.
/// - Returns: 0, or an error number.
static int follow(struct socket_buffer *buffer, const unsigned char *at, size_t count) {
    const unsigned char *end = at + count;
    while (at < end) {
        if (buffer->length_byte >= 0) {
            buffer->left |= (size_t)(*at & 0x7f) << (7 * buffer->length_byte);
            bool is_last = !(*at++ & 0x80) || buffer->length_byte == 3;
            buffer->length_byte = is_last ? -1 : buffer->length_byte + 1;
            if (is_last && buffer->left > buffer->packet_max) return EMSGSIZE;
        } else if (buffer->left > 0) {
            size_t passed = pass(buffer, at, (size_t)(end - at));
            if (passed == 0) return EPROTO;
            at += passed;
        } else {
            buffer->first = *at++;
            buffer->length_byte = 0;
            begin_packet(buffer);
        }
    }
    return 0;
}

static bool are_good(struct socket_buffer *buffer, const unsigned char *at, size_t count) {
    buffer->wrong = follow(buffer, at, count);
    if (buffer->wrong == 0) return true;
    errno = buffer->wrong;
    return false;
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
    if (!are_good(buffer, buffer->bytes + buffer->begin, count)) return -1;
    memcpy(to, buffer->bytes + buffer->begin, count);
    buffer->begin += count;
    return (ssize_t)count;
}

// Under TLS the library reads through OpenSSL, which has bytes of its own. They are followed and not held.
int SSL_read(struct ssl_st *link, void *to, int count) {
    static int (*next)(struct ssl_st *, void *, int);
    if (next == NULL) next = (int (*)(struct ssl_st *, void *, int))dlsym(RTLD_NEXT, "SSL_read");
    if (next == NULL) {
        errno = ENOSYS;
        return -1;
    }
    int received = next(link, to, count);
    struct socket_buffer *buffer = used;
    if (received <= 0 || buffer == NULL || !buffer->is_tls) return received;
    return are_good(buffer, to, (size_t)received) ? received : -1;
}
