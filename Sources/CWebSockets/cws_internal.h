#pragma once

#include <libwebsockets.h>
#include <stdatomic.h>

#include "cwebsockets.h"

enum { kReasonLimit = 123 };  // RFC 6455 section 5.5: a control frame holds 125 bytes, two of them the code.

// What a connection's opaque pointer points at begins with this.
enum cws_kind { kPeer = 1, kFetch };

struct cws_peer {
    enum cws_kind kind;
    struct lws *wsi;
    cws_context *context;
    uint64_t user;
    unsigned char *message;  // A message of several fragments, being put together.
    size_t message_count, message_capacity;
    uint16_t close_code;  // 0 while nobody has closed.
    unsigned char reason[kReasonLimit];
    size_t reason_count;
    bool finishing;  // The next return from the write callback starts the closing handshake.
    bool sent;       // cws_send was called in this write callback.
    bool reading;
    bool connecting;  // Inside cws_connect: a failure is reported by it, not by the callback.
    bool opened;
    bool failed;
    char cause[192];
    lws_sorted_usec_list_t connect_timer;
};

struct cws_context {
    struct lws_context *lws;
    struct lws_vhost *vhost;
    cws_events events;
    cws_settings settings;
    struct lws_protocols protocols[2];
    lws_retry_bo_t idle_policy;
    lws_sorted_usec_list_t timer;
    int32_t peer_count;
    atomic_bool stopping;
    atomic_bool woken;
    unsigned char *scratch;  // LWS_PRE bytes of room for the frame header, then the message being written.
    size_t scratch_capacity;
};

// What lies beside an HTTP connection while it is answered.
struct cws_answer {
    unsigned char *bytes;  // LWS_PRE bytes of room for a frame header, then the body.
    size_t count, sent;
    uint32_t status;
    bool is_head;
    char content_type[64];
};

int cws_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t count);
int cws_fetch_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t count);
bool cws_is_utf8(const uint8_t *bytes, size_t count);
void cws_free_peer(cws_peer *peer);
cws_peer *cws_new_peer(cws_context *context);
int cws_http_request(cws_context *context, struct lws *wsi, cws_answer *answer, const char *path);
int cws_admit(cws_context *context, struct lws *wsi);
int cws_http_writable(struct lws *wsi, cws_answer *answer);
void cws_http_end(cws_answer *answer);
