// One HTTP GET: a whole answer or why there is none. Every fetch ends with exactly one `fetched`.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cws_internal.h"

enum { kLongestAnswer = 64 << 20 };

struct cws_fetch {
    enum cws_kind kind;
    cws_context *context;
    struct lws *wsi;
    uint64_t tag;
    unsigned char *body;
    size_t count, capacity;
    uint32_t status;
    bool told;
    bool connecting;
    char cause[192];
    lws_sorted_usec_list_t timer;
};

static void tell(struct cws_fetch *fetch, const char *cause) {
    if (fetch->told) return;
    fetch->told = true;
    lws_sul_cancel(&fetch->timer);
    cws_events *events = &fetch->context->events;
    if (events->fetched) events->fetched(events->owner, fetch->tag, fetch->status, fetch->body, fetch->count, cause);
}

static void release(struct cws_fetch *fetch) {
    lws_sul_cancel(&fetch->timer);
    free(fetch->body);
    free(fetch);
}

static void timed_out(lws_sorted_usec_list_t *timer) {
    struct cws_fetch *fetch = lws_container_of(timer, struct cws_fetch, timer);
    snprintf(fetch->cause, sizeof fetch->cause, "no answer within %u s", fetch->context->settings.connect_timeout_seconds);
    lws_set_timeout(fetch->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static int append(struct cws_fetch *fetch, const void *bytes, size_t count) {
    if (fetch->count + count > fetch->capacity) {
        size_t capacity = 2 * (fetch->count + count);
        unsigned char *body = capacity <= 2 * (size_t)kLongestAnswer ? realloc(fetch->body, capacity) : NULL;
        if (!body) {
            snprintf(fetch->cause, sizeof fetch->cause, "the answer is too long");
            return -1;
        }
        fetch->body = body, fetch->capacity = capacity;
    }
    memcpy(fetch->body + fetch->count, bytes, count);
    fetch->count += count;
    return 0;
}

int cws_fetch_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t count) {
    struct cws_fetch *fetch = lws_get_opaque_user_data(wsi);
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: {
        static const char agent[] = "TradingFloor";
        unsigned char **at = in, *end = *at + count;
        return lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_USER_AGENT, (const unsigned char *)agent, sizeof agent - 1, at, end)
                   ? -1
                   : 0;
    }
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        if (!fetch->cause[0]) {
            size_t length = in && count < sizeof fetch->cause ? count : 0;
            if (length) memcpy(fetch->cause, in, length);
            else snprintf(fetch->cause, sizeof fetch->cause, "the connection failed");
        }
        return 0;
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        fetch->status = lws_http_client_http_response(wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ: return append(fetch, in, count);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: {
        char buffer[LWS_PRE + 16384], *at = buffer + LWS_PRE;
        int room = sizeof buffer - LWS_PRE;
        return lws_http_client_read(wsi, &at, &room) < 0 ? -1 : 0;
    }
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        tell(fetch, NULL);
        return -1;  // No further request goes over this connection.
    case LWS_CALLBACK_WSI_DESTROY:
        lws_set_opaque_user_data(wsi, NULL);
        if (!fetch->cause[0]) snprintf(fetch->cause, sizeof fetch->cause, "the connection ended before the answer did");
        // Inside cws_fetch the caller tells it.
        if (fetch->connecting) return fetch->wsi = NULL, 0;
        tell(fetch, fetch->cause);
        release(fetch);
        return 0;
    default: return lws_callback_http_dummy(wsi, reason, user, in, count);
    }
}

void cws_fetch(cws_context *context, const cws_target *target, uint64_t tag) {
    struct cws_fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch) return;
    fetch->kind = kFetch, fetch->context = context, fetch->tag = tag;
    struct lws_client_connect_info info;
    memset(&info, 0, sizeof info);
    info.context = context->lws;
    info.vhost = context->vhost;
    info.address = target->host;
    info.port = target->port;
    info.path = target->path;
    info.host = info.origin = target->host_header;
    info.method = "GET";
    info.ssl_connection = target->tls ? LCCSCF_USE_SSL : 0;  // Alone: certificate and host name are both checked.
    info.ssl_connection |= LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
    info.local_protocol_name = "ws";
    info.alpn = "http/1.1";
    info.pwsi = &fetch->wsi;
    info.opaque_user_data = fetch;
    fetch->connecting = true;
    struct lws *wsi = lws_client_connect_via_info(&info);
    fetch->connecting = false;
    if (wsi) {
        uint64_t seconds = context->settings.connect_timeout_seconds;
        lws_sul_schedule(context->lws, 0, &fetch->timer, timed_out, (lws_usec_t)(seconds * LWS_USEC_PER_SEC));
        return;
    }
    tell(fetch, fetch->cause[0] ? fetch->cause : "the connection could not be started");
    release(fetch);
}
