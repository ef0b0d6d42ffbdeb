// One connection, as a client made it or as the server accepted it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cws_internal.h"

cws_peer *cws_new_peer(cws_context *context) {
    cws_peer *peer = calloc(1, sizeof *peer);
    if (!peer) return NULL;
    peer->kind = kPeer;
    peer->context = context;
    peer->reading = true;
    return peer;
}

void cws_free_peer(cws_peer *peer) {
    lws_sul_cancel(&peer->connect_timer);
    free(peer->message);
    free(peer);
}

// libwebsockets has such a timer too, but ends the connection in silence.
static void connect_timed_out(lws_sorted_usec_list_t *timer) {
    cws_peer *peer = lws_container_of(timer, cws_peer, connect_timer);
    snprintf(peer->cause, sizeof peer->cause, "no answer within %u s", peer->context->settings.connect_timeout_seconds);
    lws_set_timeout(peer->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

cws_peer *cws_connect(cws_context *context, const cws_target *target) {
    cws_peer *peer = cws_new_peer(context);
    if (!peer) return NULL;
    struct lws_client_connect_info info;
    memset(&info, 0, sizeof info);
    info.context = context->lws;
    info.vhost = context->vhost;
    info.address = target->host;
    info.port = target->port;
    info.path = target->path;
    info.host = target->host_header;
    info.ssl_connection = target->tls ? LCCSCF_USE_SSL : 0;  // Alone: certificate and host name are both checked.
    info.local_protocol_name = "ws";                         // With `protocol` NULL: no subprotocol is asked for.
    info.alpn = "http/1.1";                                  // Else HTTP/2 is offered over TLS.
    info.pwsi = &peer->wsi;
    info.opaque_user_data = peer;
    info.retry_and_idle_policy = &context->idle_policy;
    peer->connecting = true;
    struct lws *wsi = lws_client_connect_via_info(&info);
    peer->connecting = false;
    if (wsi && !peer->failed) {
        uint64_t seconds = context->settings.connect_timeout_seconds;
        lws_sul_schedule(context->lws, 0, &peer->connect_timer, connect_timed_out, (lws_usec_t)(seconds * LWS_USEC_PER_SEC));
        return peer;
    }
    // Some failures come by callback from inside the call, some by a null alone.
    context->events.failed(context->events.owner, peer, peer->cause[0] ? peer->cause : "the connection could not be started");
    cws_free_peer(peer);
    return NULL;
}

void cws_request_writable(cws_peer *peer) { lws_callback_on_writable(peer->wsi); }

bool cws_send(cws_peer *peer, const uint8_t *bytes, size_t count, bool binary) {
    cws_context *context = peer->context;
    if (LWS_PRE + count > context->scratch_capacity) {
        size_t capacity = LWS_PRE + (count < 65536 ? 65536 : count);
        unsigned char *scratch = realloc(context->scratch, capacity);
        if (!scratch) return false;
        context->scratch = scratch, context->scratch_capacity = capacity;
    }
    // The frame header is written in front of the message, and a client masks it in place: hence the copy.
    if (count) memcpy(context->scratch + LWS_PRE, bytes, count);
    peer->sent = true;
    int written = lws_write(peer->wsi, context->scratch + LWS_PRE, count, binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
    return written >= (int)count;
}

void cws_finish(cws_peer *peer, uint16_t code, const uint8_t *reason, size_t count) {
    if (peer->finishing) return;
    peer->finishing = true;
    if (count > kReasonLimit) count = kReasonLimit;
    if (peer->close_code == 0) {
        peer->close_code = code;
        if (count) memcpy(peer->reason, reason, count);
        peer->reason_count = count;
    }
    lws_close_reason(peer->wsi, code, (unsigned char *)reason, count);
}

void cws_abort(cws_peer *peer) { lws_set_timeout(peer->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC); }

void cws_set_reading(cws_peer *peer, bool reading) {
    if (peer->reading == reading) return;
    peer->reading = reading;
    lws_rx_flow_control(peer->wsi, (reading ? 1 : 0) | LWS_RXFLOW_REASON_FLAG_PROCESS_NOW);
    if (!reading) lws_set_timer_usecs(peer->wsi, LWS_USEC_PER_SEC);
}

void cws_set_user(cws_peer *peer, uint64_t user) { peer->user = user; }
uint64_t cws_user(const cws_peer *peer) { return peer->user; }
