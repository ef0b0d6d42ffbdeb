// A C face of libquickfix: what FIXSessions, its only importer, needs of the FIX session layer.
//
// No C++ exception crosses this border: a failing call answers with a value, and qf_last_error() of the same thread
// says why. Callbacks come on the engine's threads, and on the thread of a caller inside qf_send.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

typedef struct qf_engine qf_engine;
typedef struct qf_message qf_message;  // valid during the callback that hands it over, and no longer

/// One field of a message to send: `length` bytes at `offset` in the bytes given with it.
typedef struct {
    int32_t tag;
    uint32_t offset;
    uint32_t length;
} qf_field;

/// What a callback says about a message. `tag` is read with the two field verdicts.
typedef enum : int32_t {
    QF_ACCEPT = 0,
    QF_UNSUPPORTED_TYPE = 1,  // answered with BusinessMessageReject(j)
    QF_MISSING_FIELD = 2,     // answered with BusinessMessageReject(j) or Reject(3), naming the tag
    QF_BAD_VALUE = 3,         // answered with Reject(3), naming the tag
    QF_DO_NOT_SEND = 4,       // toApp: a new message is dropped unnumbered, a resend is gap-filled
    QF_REJECT_LOGON = 5,      // fromAdmin, on a Logon: answered with Logout(5)
} qf_verdict;

typedef struct {
    qf_verdict verdict;
    int32_t tag;
} qf_answer;

/// `session` is the number qf_bind gave, -1 for an event that belongs to no session.
typedef struct {
    void *context;
    void (*on_logon)(void *context, int32_t session);
    void (*on_logout)(void *context, int32_t session);
    qf_answer (*from_app)(void *context, int32_t session, const qf_message *message);
    /// `text`, of `capacity` bytes, takes the reason of QF_REJECT_LOGON, NUL at its end.
    qf_answer (*from_admin)(void *context, int32_t session, const qf_message *message, char *text, size_t capacity);
    qf_answer (*to_app)(void *context, int32_t session, const qf_message *message, bool is_resend);
    void (*on_event)(void *context, int32_t session, const uint8_t *text, size_t length);
} qf_callbacks;

typedef enum : int32_t { QF_INITIATOR = 1, QF_ACCEPTOR = 2 } qf_role;
typedef enum : int32_t {
    QF_SENT = 0,           // numbered, stored, written to the socket: no proof that it arrived
    QF_STORED = 1,         // numbered and stored; leaves by resend after the next logon
    QF_NOT_LOGGED_ON = 2,  // refused before it was numbered
    QF_WITHHELD = 3,       // refused by to_app before it was numbered
    QF_FAILED = -1,        // qf_last_error() says why
} qf_outcome;

typedef struct {
    qf_outcome outcome;
    int32_t msg_seq_num;  // with QF_SENT and QF_STORED
} qf_sent;

/// Why the last call of this thread failed.
const char *qf_last_error(void);

/// Where sequence numbers and sent messages are kept.
typedef enum : int32_t {
    QF_IN_MEMORY = 0,  // no longer than the engine lives
    QF_IN_FILE = 1,    // survives the process: a file of our own under FileStorePath, see store.hpp
    QF_ON_DISK = 2,    // survives the machine: a message is synced before it leaves
} qf_store;

/// The IPv4 address on which acceptors of the port listen from now on: 127.0.0.1 unless it is told.
void qf_listen_at(int32_t port, const char *address);
/// An engine of the settings text (QuickFIX's own format), over TLS or not. NULL on failure.
qf_engine *_Nullable qf_create(const char *settings, qf_role role, qf_store store, bool tls, const qf_callbacks *callbacks);
/// Gives a session ("FIX.4.4:SENDER->TARGET") its number: 0, 1, … in the order of the calls. All before qf_start. -1 on failure.
int32_t qf_bind(qf_engine *engine, const char *session_id);
/// A field that the session's own Logon(A) has besides. All before qf_start.
void qf_add_logon_field(qf_engine *engine, int32_t session, int32_t tag, const char *value);
/// 0 when the engine's threads run; -1 on failure, for example when the port is taken.
int32_t qf_start(qf_engine *engine);
/// Asks a session to log out; the engine sends the Logout within a second.
void qf_logout(qf_engine *engine, int32_t session, const char *reason);
/// Lets a session that was logged out log on again.
void qf_logon(qf_engine *engine, int32_t session);
/// Cuts the session's connection, without a Logout.
void qf_disconnect(qf_engine *engine, int32_t session);
/// Closes connections and joins the engine's threads. Never from a callback.
void qf_stop(qf_engine *engine);
void qf_destroy(qf_engine *engine);
/// True on a thread that is inside a callback of any engine.
bool qf_in_callback(void);

bool qf_is_logged_on(qf_engine *engine, int32_t session);
/// The next MsgSeqNum to send and the next one expected. 0 on success.
int32_t qf_next_seq_nums(qf_engine *engine, int32_t session, int32_t *sender, int32_t *target);
int32_t qf_set_next_seq_nums(qf_engine *engine, int32_t session, int32_t sender, int32_t target);

/// Calls `body` with each message of ours that the session's store still has, of MsgSeqNum `first` to `last`, in order. 0 on
/// success.
int32_t qf_stored(
    qf_engine *engine, int32_t session, int32_t first, int32_t last, void *context,
    void (*body)(void *context, const qf_message *message));

/// Sends an application message of plain fields; a header tag goes to the header. Without `store_when_logged_off` a
/// session that is not logged on refuses it, under the session's lock, before it has a number.
qf_sent qf_send(
    qf_engine *engine, int32_t session, const char *msg_type, const uint8_t *_Nullable bytes, const qf_field *_Nullable fields,
    size_t count, bool store_when_logged_off);

/// Between the two, what the calling thread sends may wait for what follows, for a few messages, and leaves in fewer and larger
/// segments. Not over TLS.
void qf_gather(void);
void qf_push(void);

// MARK: The store by itself, for tests and for `floor fix log`.

typedef struct qf_store_file qf_store_file;
/// NULL on failure: a file that is none of ours, or cannot be opened. One that is not there is made.
qf_store_file *_Nullable qf_store_open(const char *path, bool syncs);
void qf_store_close(qf_store_file *store);
/// 0 on success.
int32_t qf_store_set(qf_store_file *store, int32_t number, const uint8_t *bytes, size_t length);
void qf_store_set_next(qf_store_file *store, int32_t sender, int32_t target);
void qf_store_next(qf_store_file *store, int32_t *sender, int32_t *target);
int32_t qf_store_reset(qf_store_file *store);
int32_t qf_store_get(
    qf_store_file *store, int32_t first, int32_t last, void *context,
    void (*body)(void *context, const uint8_t *bytes, size_t length));

/// The value of a header, body or trailer tag, in place; false when the message has none.
bool qf_find(const qf_message *message, int32_t tag, const uint8_t *_Nullable *_Nonnull bytes, size_t *length);
/// The whole message as text (SOH between fields), at most `capacity` bytes of it into `buffer`; the full length.
size_t qf_text(const qf_message *message, uint8_t *buffer, size_t capacity);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
