// What libwebsockets says, as the events of cwebsockets.h.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cws_internal.h"

static int close_too_long(cws_peer *peer) {
    static const char reason[] = "message too long";
    cws_finish(peer, 1009, (const uint8_t *)reason, sizeof reason - 1);
    return -1;
}

// RFC 6455 section 8.1: a text that is no UTF-8 ends the connection.
static int close_not_utf8(cws_peer *peer) {
    static const char reason[] = "text that is no UTF-8";
    cws_finish(peer, 1007, (const uint8_t *)reason, sizeof reason - 1);
    return -1;
}

static int deliver(cws_peer *peer, const uint8_t *bytes, size_t count, bool binary) {
    if (!binary && !cws_is_utf8(bytes, count)) return close_not_utf8(peer);
    peer->context->events.message(peer->context->events.owner, peer, bytes, count, binary);
    return 0;
}

// A message comes in pieces: fragments of the sender's, and pieces of the read buffer. One piece alone is passed on
// where it lies.
static int received(cws_peer *peer, struct lws *wsi, const uint8_t *bytes, size_t count) {
    cws_context *context = peer->context;
    bool first = lws_is_first_fragment(wsi);
    bool last = lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi);
    bool binary = lws_frame_is_binary(wsi);
    if (first) peer->message_count = 0;
    size_t total = peer->message_count + count;
    if (total > context->settings.maximum_message_bytes) return close_too_long(peer);
    if (first && last) return deliver(peer, bytes, count, binary);
    if (total > peer->message_capacity) {
        unsigned char *message = realloc(peer->message, total * 2);
        if (!message) return close_too_long(peer);
        peer->message = message, peer->message_capacity = total * 2;
    }
    if (count) memcpy(peer->message + peer->message_count, bytes, count);
    peer->message_count = total;
    if (!last) return 0;
    peer->message_count = 0;
    return deliver(peer, peer->message, total, binary);
}

static int writable(cws_peer *peer) {
    cws_context *context = peer->context;
    // Several messages a call while the socket takes them, but not so many that other connections starve.
    for (int burst = 0; burst < 64; burst++) {
        peer->sent = false;
        bool more = context->events.writable(context->events.owner, peer);
        if (peer->finishing) return -1;
        if (!more) return 0;
        if (!peer->sent || lws_send_pipe_choked(peer->wsi)) break;
    }
    lws_callback_on_writable(peer->wsi);
    return 0;
}

static void peer_closes(cws_peer *peer, const unsigned char *in, size_t count) {
    if (peer->close_code) return;
    peer->close_code = count >= 2 ? (uint16_t)(in[0] << 8 | in[1]) : 1005;
    peer->reason_count = count > 2 ? count - 2 : 0;
    if (peer->reason_count > kReasonLimit) peer->reason_count = kReasonLimit;
    if (peer->reason_count) memcpy(peer->reason, in + 2, peer->reason_count);
}

static void closed(cws_peer *peer, struct lws *wsi) {
    cws_context *context = peer->context;
    int32_t code = peer->close_code ? peer->close_code : 1006;
    context->events.closed(context->events.owner, peer, code, peer->reason, peer->reason_count);
    lws_set_opaque_user_data(wsi, NULL);
    cws_free_peer(peer);
}

static void connection_failed(cws_peer *peer, struct lws *wsi, const char *text, size_t count) {
    lws_set_opaque_user_data(wsi, NULL);
    if (count >= sizeof peer->cause) count = sizeof peer->cause - 1;
    unsigned status = lws_http_client_http_response(wsi);
    if (!peer->cause[0] && status > 101) {
        snprintf(peer->cause, sizeof peer->cause, "the server answered HTTP %u, not a WebSocket", status);
    } else if (!peer->cause[0] && text && count) {
        memcpy(peer->cause, text, count);
    }
    peer->failed = true;
    if (peer->connecting) return;
    cws_context *context = peer->context;
    context->events.failed(context->events.owner, peer, peer->cause[0] ? peer->cause : "the handshake failed");
    cws_free_peer(peer);
}

static int accepted(cws_context *context, struct lws *wsi) {
    cws_peer *peer = cws_new_peer(context);
    if (!peer) return -1;
    peer->wsi = wsi;
    peer->opened = true;
    lws_set_opaque_user_data(wsi, peer);
    context->peer_count++;
    context->events.opened(context->events.owner, peer);
    return 0;
}

int cws_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t count) {
    cws_context *context = wsi ? lws_context_user(lws_get_context(wsi)) : NULL;
    enum cws_kind *opaque = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    if (opaque && *opaque == kFetch) return cws_fetch_callback(wsi, reason, user, in, count);
    cws_peer *peer = (cws_peer *)opaque;
    switch (reason) {
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        if (context && atomic_exchange(&context->woken, false)) context->events.woken(context->events.owner);
        return 0;

    case LWS_CALLBACK_HTTP:
        if (!context->events.request || !user) break;
        return cws_http_request(context, wsi, user, in ? in : "/");
    case LWS_CALLBACK_HTTP_WRITEABLE:
        if (!context->events.request || !user) break;
        return cws_http_writable(wsi, user);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED_HTTP:
        if (user) cws_http_end(user);
        return 0;

    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        if (!peer) return 0;
        lws_sul_cancel(&peer->connect_timer);
        peer->opened = true;
        context->events.opened(context->events.owner, peer);
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        if (peer) connection_failed(peer, wsi, in, in ? count : 0);
        return 0;

    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return context->peer_count >= context->settings.maximum_peers || cws_admit(context, wsi);
    case LWS_CALLBACK_ESTABLISHED:
        return accepted(context, wsi);

    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return peer ? received(peer, wsi, in, count) : 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return peer ? writable(peer) : 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (peer) peer_closes(peer, in, count);
        return 0;

    case LWS_CALLBACK_TIMER:
        // A connection that we do not read cannot show that it lives, and must not be hung up on for that.
        if (!peer || peer->reading) return 0;
        lws_validity_confirmed(wsi);
        lws_set_timer_usecs(wsi, LWS_USEC_PER_SEC);
        return 0;

    case LWS_CALLBACK_CLOSED:
        if (peer) context->peer_count--;
        // Fall through.
    case LWS_CALLBACK_CLIENT_CLOSED:
        if (peer) closed(peer, wsi);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        // The backstop: a timeout before the handshake, for one, comes with no other callback.
        if (peer && peer->opened) closed(peer, wsi);
        else if (peer) connection_failed(peer, wsi, NULL, 0);
        return 0;
    default: break;
    }
    return lws_callback_http_dummy(wsi, reason, user, in, count);
}
