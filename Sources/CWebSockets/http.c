// Plain HTTP beside WebSocket on one port: a whole answer to each request, written as the socket takes it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cws_internal.h"

enum { kPiece = 16384 };  // At most so many bytes a write, so that a large answer does not hold other connections up.

static const struct {
    enum lws_token_indexes token;
    const char *name;
} methods[] = {{WSI_TOKEN_GET_URI, "GET"},       {WSI_TOKEN_HEAD_URI, "HEAD"},   {WSI_TOKEN_POST_URI, "POST"},
               {WSI_TOKEN_OPTIONS_URI, "OPTIONS"}, {WSI_TOKEN_PUT_URI, "PUT"},     {WSI_TOKEN_PATCH_URI, "PATCH"},
               {WSI_TOKEN_DELETE_URI, "DELETE"}};

static void copy_header(struct lws *wsi, enum lws_token_indexes token, char *text, size_t size) {
    text[0] = 0;
    // What does not fit is none: a cut-off name could be another's.
    if (lws_hdr_copy(wsi, text, (int)size, token) < 0) text[0] = 0;
}

// libwebsockets keeps what lies between the &s of a query apart.
static void copy_query(struct lws *wsi, char *text, size_t size) {
    size_t used = 0;
    if (2 * (size_t)lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS) + 2 <= size) {
        for (int part = 0;; part++) {
            size_t mark = part > 0;
            int count = lws_hdr_copy_fragment(wsi, text + used + mark, (int)(size - used - mark), WSI_TOKEN_HTTP_URI_ARGS, part);
            if (count < 0) break;
            if (mark) text[used] = '&';
            used += mark + (size_t)count;
        }
    }
    text[used] = 0;
}

void cws_answer_set(cws_answer *answer, uint32_t status, const char *content_type, const uint8_t *bytes, size_t count) {
    free(answer->bytes);
    answer->bytes = malloc(LWS_PRE + count + 1);
    if (!answer->bytes) return;
    if (count) memcpy(answer->bytes + LWS_PRE, bytes, count);
    answer->count = count;
    answer->status = status;
    snprintf(answer->content_type, sizeof answer->content_type, "%s", content_type);
}

void cws_http_end(cws_answer *answer) {
    free(answer->bytes);
    memset(answer, 0, sizeof *answer);
}

static bool add_header(struct lws *wsi, const char *name, const char *value, unsigned char **at, unsigned char *end) {
    return lws_add_http_header_by_name(wsi, (const unsigned char *)name, (const unsigned char *)value, (int)strlen(value), at,
                                       end) == 0;
}

// A request's texts.
struct texts {
    char query[1024], host[256], origin[256], authorization[512];
};

static cws_request read_request(struct lws *wsi, struct texts *texts, const char *path) {
    copy_query(wsi, texts->query, sizeof texts->query);
    copy_header(wsi, WSI_TOKEN_HOST, texts->host, sizeof texts->host);
    copy_header(wsi, WSI_TOKEN_ORIGIN, texts->origin, sizeof texts->origin);
    copy_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, texts->authorization, sizeof texts->authorization);
    const char *method = "";
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (lws_hdr_total_length(wsi, methods[i].token) > 0) method = methods[i].name;
    }
    return (cws_request){.method = method,
                         .path = path,
                         .query = texts->query,
                         .host = texts->host,
                         .origin = texts->origin,
                         .authorization = texts->authorization};
}

// 0: let in.
int cws_admit(cws_context *context, struct lws *wsi) {
    if (!context->events.admit) return 0;
    struct texts texts;
    char path[1024];
    copy_header(wsi, WSI_TOKEN_GET_URI, path, sizeof path);
    cws_request request = read_request(wsi, &texts, path);
    // An origin that is too long to be read is not none: it is nobody's that we know.
    if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) > 0 && !texts.origin[0]) request.origin = "?";
    if (context->events.admit(context->events.owner, &request)) return 0;
    // libwebsockets' own answer speaks HTTP/1.0, which clients of WebSocket do not take for one.
    static const char answer[] = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    unsigned char bytes[LWS_PRE + sizeof answer];
    memcpy(bytes + LWS_PRE, answer, sizeof answer);
    lws_write(wsi, bytes + LWS_PRE, sizeof answer - 1, LWS_WRITE_HTTP_HEADERS);
    return 1;
}

int cws_http_request(cws_context *context, struct lws *wsi, cws_answer *answer, const char *path) {
    struct texts texts;
    cws_request request = read_request(wsi, &texts, path);
    cws_http_end(answer);
    context->events.request(context->events.owner, &request, answer);
    if (!answer->bytes) return -1;
    answer->is_head = strcmp(request.method, "HEAD") == 0;

    unsigned char head[LWS_PRE + 2048], *start = head + LWS_PRE, *at = start, *end = head + sizeof head - 1;
    if (lws_add_http_common_headers(wsi, answer->status, answer->content_type, answer->count, &at, end) ||
        !add_header(wsi, "cache-control:", "no-store", &at, end) ||
        !add_header(wsi, "x-content-type-options:", "nosniff", &at, end) ||
        !add_header(wsi, "content-security-policy:", "default-src 'self'; frame-ancestors 'none'", &at, end) ||
        lws_finalize_write_http_header(wsi, start, &at, end)) {
        cws_http_end(answer);
        return -1;
    }
    lws_callback_on_writable(wsi);
    return 0;
}

int cws_http_writable(struct lws *wsi, cws_answer *answer) {
    if (!answer->bytes) return 0;
    size_t left = answer->is_head ? 0 : answer->count - answer->sent;
    if (left > 0) {
        size_t piece = left < kPiece ? left : kPiece;
        enum lws_write_protocol last = piece == left ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP;
        if (lws_write(wsi, answer->bytes + LWS_PRE + answer->sent, piece, last) < (int)piece) return -1;
        answer->sent += piece;
        if (piece < left) {
            lws_callback_on_writable(wsi);
            return 0;
        }
    }
    cws_http_end(answer);
    // Keeps the connection for the next request where the client wants that.
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}
