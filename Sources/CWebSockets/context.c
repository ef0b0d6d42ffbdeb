// The context: creation, its loop, wakes and the timer.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "cws_internal.h"

// libwebsockets reports why a context cannot be made in its log only. What it logs on this thread is kept here while
// a context is being made, and nothing is ever printed.
static _Thread_local char *log_text;
static _Thread_local size_t log_room;

static void keep_log(int level, const char *line) {
    (void)level;
    if (!log_text || log_room < 2) return;
    size_t count = strcspn(line, "\r\n");
    if (count > log_room - 3) count = log_room - 3;
    memcpy(log_text, line, count);
    memcpy(log_text + count, "; ", 3);
    log_text += count + 2, log_room -= count + 2;
}

// Starts OpenSSL once for all contexts, and no context asks for it again: with every one that does, libwebsockets 4.1 takes
// new slots for what it keeps in OpenSSL's objects and no longer finds what lies in the old ones, so a handshake that is
// under way in another context fails (its issue 2178).
static void start_once(void) {
    lws_set_log_level(LLL_ERR | LLL_WARN, keep_log);
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.gid = -1, info.uid = -1;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    struct lws_context *first = lws_create_context(&info);
    if (first) lws_context_destroy(first);
}

static const struct lws_extension deflate[] = {
    {"permessage-deflate", lws_extension_callback_pm_deflate,
     "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
    {NULL, NULL, NULL}};

static const uint32_t no_retries[] = {1000};

static void fill(struct lws_context_creation_info *info, cws_context *context) {
    const cws_settings *settings = &context->settings;
    memset(info, 0, sizeof *info);
    info->user = context;
    info->protocols = context->protocols;
    info->port = settings->listens ? settings->port : CONTEXT_PORT_NO_LISTEN;
    info->iface = settings->interface;
    info->gid = -1, info->uid = -1;
    // UTF-8 is checked by utf8.c, several bytes at a time.
    info->options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | (settings->listens ? LWS_SERVER_OPTION_DISABLE_IPV6 : 0);
    info->pt_serv_buf_size = 65536;  // The default of 4096 cuts messages into many pieces.
    info->extensions = settings->compresses ? deflate : NULL;
    info->client_ssl_ca_filepath = settings->ca_file;
    info->ssl_cert_filepath = settings->certificate_file;
    info->ssl_private_key_filepath = settings->private_key_file;
    info->retry_and_idle_policy = &context->idle_policy;
    // Later than our own timer (peer.c), which says what happened.
    info->connect_timeout_secs = settings->connect_timeout_seconds + 1;
    info->timeout_secs = settings->connect_timeout_seconds + 1;
}

// libwebsockets keeps the texts it is given: these live as long as the context.
static void copy_texts(cws_settings *settings) {
    const char **texts[] = {&settings->interface, &settings->certificate_file, &settings->private_key_file, &settings->ca_file};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (*texts[i]) *texts[i] = strdup(*texts[i]);
    }
}

static void free_context(cws_context *context) {
    free((char *)context->settings.interface);
    free((char *)context->settings.certificate_file);
    free((char *)context->settings.private_key_file);
    free((char *)context->settings.ca_file);
    free(context->scratch);
    free(context);
}

cws_context *cws_create(const cws_settings *settings, const cws_events *events, char *cause, size_t cause_size) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_once);
    cws_context *context = calloc(1, sizeof *context);
    if (!context) return NULL;
    context->events = *events;
    context->settings = *settings;
    copy_texts(&context->settings);
    context->protocols[0] = (struct lws_protocols){
        .name = "ws", .callback = cws_callback, .rx_buffer_size = 65536, .per_session_data_size = sizeof(cws_answer)};
    // No "never" exists for the idle policy: the longest time it can say is 18 hours.
    bool pings = settings->ping_seconds > 0;
    context->idle_policy = (lws_retry_bo_t){.retry_ms_table = no_retries,
                                            .retry_ms_table_count = 1,
                                            .conceal_count = 1,
                                            .secs_since_valid_ping = pings ? settings->ping_seconds : 65000,
                                            .secs_since_valid_hangup = pings ? settings->hangup_seconds : 65001};
    struct lws_context_creation_info info;
    fill(&info, context);
    log_text = cause, log_room = cause_size;
    if (cause_size) cause[0] = 0;
    context->lws = lws_create_context(&info);
    if (settings->uses_tls) info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;  // For a virtual host: it uses TLS.
    if (context->lws) context->vhost = lws_create_vhost(context->lws, &info);
    log_text = NULL, log_room = 0;
    if (context->vhost) return context;
    if (context->lws) lws_context_destroy(context->lws);
    free_context(context);
    return NULL;
}

int32_t cws_port(const cws_context *context) { return lws_get_vhost_listen_port(context->vhost); }

void cws_run(cws_context *context, const char *thread_name) {
    prctl(PR_SET_NAME, thread_name, 0, 0, 0);
    while (!atomic_load(&context->stopping)) {
        if (lws_service(context->lws, 0) < 0) break;
        context->events.turned(context->events.owner);
    }
}

// lws_cancel_service is the one call of libwebsockets that other threads may make; it writes to a pipe, so a burst of
// wakes is made one.
void cws_wake(cws_context *context) {
    if (!atomic_exchange(&context->woken, true)) lws_cancel_service(context->lws);
}

void cws_stop(cws_context *context) {
    atomic_store(&context->stopping, true);
    lws_cancel_service(context->lws);
}

void cws_destroy(cws_context *context) {
    lws_context_destroy(context->lws);
    free_context(context);
}

static void timer_fired(lws_sorted_usec_list_t *timer) {
    cws_context *context = lws_container_of(timer, cws_context, timer);
    context->events.timer(context->events.owner);
}

void cws_set_timer(cws_context *context, uint64_t microseconds) {
    lws_sul_schedule(context->lws, 0, &context->timer, timer_fired, (lws_usec_t)microseconds);
}
