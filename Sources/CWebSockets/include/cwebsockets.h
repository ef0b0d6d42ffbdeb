// A C face of libwebsockets that Swift can import: one context is one service thread with its connections.
//
// Every callback runs on the thread that is inside cws_run, and every function here must be called on that thread
// (from a callback), except those marked "any thread". Policy (queues, reconnects, limits) lives in Swift.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct cws_context cws_context;
typedef struct cws_peer cws_peer;  // One connection; it ends with the return of `closed` or `failed`.

// An HTTP request, and the answer that is being made for it. The texts live until the return; one that the client did not
// send, or that is too long, is empty.
typedef struct {
    const char *method;  // GET, HEAD …
    const char *path;
    const char *query;  // What follows the ?.
    const char *host;
    const char *origin;         // The page that asks, where a browser asks.
    const char *authorization;
} cws_request;
typedef struct cws_answer cws_answer;

typedef struct {
    void *owner;
    // After cws_wake, once for any number of wakes.
    void (*woken)(void *owner);
    // The time set by cws_set_timer has passed.
    void (*timer)(void *owner);
    // A turn of the loop has ended: what the sockets had has been handed over.
    void (*turned)(void *owner);
    void (*opened)(void *owner, cws_peer *peer);
    // A whole message, put together from its fragments. The bytes live until the return.
    void (*message)(void *owner, cws_peer *peer, const uint8_t *_Nullable bytes, size_t count, bool binary);
    // The socket takes a message: call cws_send at most once, or cws_finish. True asks to be called again.
    bool (*writable)(void *owner, cws_peer *peer);
    // `code` is the one of RFC 6455 section 7.4: the peer's when it closed first, else ours; 1006 when there was no
    // closing handshake at all, 1005 when the peer's close frame had no code.
    void (*closed)(void *owner, cws_peer *peer, int32_t code, const uint8_t *_Nullable reason, size_t count);
    // The connection never opened (client).
    void (*failed)(void *owner, cws_peer *peer, const char *cause);
    // A plain HTTP request: call cws_answer_set, or the connection is closed. Null: the server knows WebSocket only.
    void (*_Nullable request)(void *owner, const cws_request *request, cws_answer *answer);
    // Whether a WebSocket client is let in; turned away it is told 403. Null: everybody is.
    bool (*_Nullable admit)(void *owner, const cws_request *request);
    // What came for a cws_fetch: a whole answer, or why there is none. The bytes live until the return.
    void (*_Nullable fetched)(void *owner, uint64_t tag, uint32_t status, const uint8_t *_Nullable bytes, size_t count,
                              const char *_Nullable cause);
} cws_events;

typedef struct {
    bool listens;
    const char *_Nullable interface;  // The address to listen on, such as 127.0.0.1.
    int32_t port;                     // 0: the system chooses, see cws_port.
    const char *_Nullable certificate_file;
    const char *_Nullable private_key_file;
    const char *_Nullable ca_file;  // Whom clients trust instead of the system's store.
    bool uses_tls;                  // Loads the certificates; off, it spares their time and memory.
    bool compresses;                // Clients offer permessage-deflate.
    size_t maximum_message_bytes;   // A longer message closes its connection with 1009.
    int32_t maximum_peers;          // The server turns further clients away.
    uint16_t ping_seconds;          // Silence after which a ping is sent; 0: never.
    uint16_t hangup_seconds;        // Silence after which the connection is given up.
    uint32_t connect_timeout_seconds;
} cws_settings;

typedef struct {
    const char *host;
    int32_t port;
    const char *path;
    const char *host_header;
    bool tls;
} cws_target;

// Null on failure, with the cause in `cause`. Any thread.
cws_context *_Nullable cws_create(const cws_settings *settings, const cws_events *events, char *cause, size_t cause_size);
int32_t cws_port(const cws_context *context);  // The port listened on. Any thread.
void cws_run(cws_context *context, const char *thread_name);  // Blocks until cws_stop: give it a thread of its own.
void cws_wake(cws_context *context);           // Any thread.
void cws_stop(cws_context *context);           // Any thread. cws_run returns soon after.
void cws_destroy(cws_context *context);        // After cws_run has returned. Ends every connection (with `closed`).

void cws_set_timer(cws_context *context, uint64_t microseconds);  // Replaces the one set before.
cws_peer *_Nullable cws_connect(cws_context *context, const cws_target *target);  // Null: `failed` has said why.

// An HTTP GET of its own connection. `fetched` follows, with the tag.
void cws_fetch(cws_context *context, const cws_target *target, uint64_t tag);

void cws_request_writable(cws_peer *peer);
bool cws_send(cws_peer *peer, const uint8_t *_Nullable bytes, size_t count, bool binary);  // Only inside `writable`.
void cws_finish(cws_peer *peer, uint16_t code, const uint8_t *_Nullable reason, size_t count);  // Only inside `writable`.
void cws_abort(cws_peer *peer);  // Ends the connection with no handshake; `closed` follows.
// False: nothing more is read from the socket, so that the sender's TCP window fills and nothing is lost.
void cws_set_reading(cws_peer *peer, bool reading);
void cws_set_user(cws_peer *peer, uint64_t user);
uint64_t cws_user(const cws_peer *peer);

// The whole answer, which is copied. Only inside `request`.
void cws_answer_set(cws_answer *answer, uint32_t status, const char *content_type, const uint8_t *_Nullable bytes, size_t count);

#pragma clang assume_nonnull end
