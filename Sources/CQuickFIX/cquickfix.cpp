#include "cquickfix.h"

#include "acceptor.hpp"
#include "application.hpp"
#include "groups.hpp"
#include "sending.hpp"
#include "store.hpp"

#include <quickfix/MessageStore.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/ThreadedSSLSocketAcceptor.h>
#include <quickfix/ThreadedSSLSocketInitiator.h>
#include <quickfix/ThreadedSocketAcceptor.h>
#include <quickfix/ThreadedSocketInitiator.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace cquickfix {
thread_local SendScope *current_send = nullptr;
thread_local int callback_depth = 0;
}

using namespace cquickfix;

static thread_local std::string last_error;

/// Every body below that can throw runs inside this.
template <class Body> static auto guarded(Body body, decltype(body()) failed) -> decltype(body()) {
    try {
        return body();
    } catch (const std::exception &error) {
        last_error = error.what();
    } catch (...) {
        last_error = "unknown C++ exception";
    }
    return failed;
}

/// Both roles use the threaded engine: a connection that stalls then holds up itself alone.
struct qf_engine {
    explicit qf_engine(const qf_callbacks &callbacks) : application(callbacks), logs(application, settings) {}

    Application application;
    FIX::SessionSettings settings;
    EventLogFactory logs;
    std::unique_ptr<FIX::MessageStoreFactory> stores;
    std::unique_ptr<FIX::Initiator> initiator;
    std::unique_ptr<FIX::Acceptor> acceptor;
    std::vector<FIX::Session *> sessions;  // by number; owned by the initiator or acceptor

    FIX::Session &session(int32_t number) { return *sessions.at(static_cast<size_t>(number)); }
};

const char *qf_last_error(void) { return last_error.c_str(); }

bool qf_in_callback(void) { return callback_depth > 0; }

void qf_listen_at(int32_t port, const char *address) { listen_at(port, address); }

qf_engine *qf_create(const char *text, qf_role role, qf_store store, bool tls, const qf_callbacks *callbacks) {
    return guarded([&]() -> qf_engine * {
        std::unique_ptr<qf_engine> engine(new qf_engine(*callbacks));
        std::istringstream stream{std::string(text)};
        stream >> engine->settings;
        for (const FIX::SessionID &id : engine->settings.getSessions())
            if (FIX::Session::doesSessionExist(id))
                throw std::runtime_error("session " + id.toString() + " is already open in this process");
        if (store == QF_IN_MEMORY)
            engine->stores.reset(new FIX::MemoryStoreFactory);
        else
            engine->stores.reset(new LogStoreFactory(engine->settings, store == QF_ON_DISK));
        FIX::Application &application = engine->application;
        FIX::MessageStoreFactory &stores = *engine->stores;
        if (role == QF_INITIATOR && tls)
            engine->initiator.reset(
                new FIX::ThreadedSSLSocketInitiator(application, stores, engine->settings, engine->logs));
        else if (role == QF_INITIATOR)
            engine->initiator.reset(new FIX::ThreadedSocketInitiator(application, stores, engine->settings, engine->logs));
        else if (tls)
            engine->acceptor.reset(new FIX::ThreadedSSLSocketAcceptor(application, stores, engine->settings, engine->logs));
        else
            engine->acceptor.reset(new FIX::ThreadedSocketAcceptor(application, stores, engine->settings, engine->logs));
        return engine.release();
    }, nullptr);
}

int32_t qf_bind(qf_engine *engine, const char *session_id) {
    return guarded([&]() -> int32_t {
        for (const FIX::SessionID &id : engine->settings.getSessions()) {
            if (id.toString() != session_id) continue;
            FIX::Session *session = FIX::Session::lookupSession(id);
            if (!session) break;
            if (engine->acceptor) know_groups(*session, engine->settings.get(id));
            int32_t number = static_cast<int32_t>(engine->sessions.size());
            engine->sessions.push_back(session);
            engine->application.numbers[id] = number;
            return number;
        }
        throw std::runtime_error(std::string("session ") + session_id + " was not created");
    }, -1);
}

void qf_add_logon_field(qf_engine *engine, int32_t session, int32_t tag, const char *value) {
    guarded([&]() -> int32_t {
        engine->application.logon_fields[session].emplace_back(tag, value);
        return 0;
    }, -1);
}

int32_t qf_start(qf_engine *engine) {
    return guarded([&]() -> int32_t {
        // QuickFIX waits with select(), which aborts the process on a descriptor of 1024 or more.
        int probe = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (probe >= 0) close(probe);
        if (probe < 0 || probe >= 960)
            throw std::runtime_error("too many open files for FIX (descriptors must stay below 1024); start FIX first");
        if (engine->initiator)
            engine->initiator->start();
        else
            engine->acceptor->start();
        return 0;
    }, -1);
}

void qf_logout(qf_engine *engine, int32_t session, const char *reason) {
    guarded([&]() -> int32_t {
        engine->session(session).logout(reason);
        return 0;
    }, -1);
}

void qf_logon(qf_engine *engine, int32_t session) {
    guarded([&]() -> int32_t {
        engine->session(session).logon();
        return 0;
    }, -1);
}

void qf_disconnect(qf_engine *engine, int32_t session) {
    guarded([&]() -> int32_t {
        engine->session(session).disconnect();
        return 0;
    }, -1);
}

void qf_stop(qf_engine *engine) {
    guarded([&]() -> int32_t {
        if (engine->initiator)
            engine->initiator->stop(true);
        else
            engine->acceptor->stop(true);
        return 0;
    }, -1);
}

void qf_destroy(qf_engine *engine) {
    guarded([&]() -> int32_t {
        delete engine;
        return 0;
    }, -1);
}

bool qf_is_logged_on(qf_engine *engine, int32_t session) {
    return guarded([&] { return engine->session(session).isLoggedOn(); }, false);
}

int32_t qf_next_seq_nums(qf_engine *engine, int32_t session, int32_t *sender, int32_t *target) {
    return guarded([&]() -> int32_t {
        *sender = engine->session(session).getExpectedSenderNum();
        *target = engine->session(session).getExpectedTargetNum();
        return 0;
    }, -1);
}

int32_t qf_set_next_seq_nums(qf_engine *engine, int32_t session, int32_t sender, int32_t target) {
    return guarded([&]() -> int32_t {
        engine->session(session).setNextSenderMsgSeqNum(sender);
        engine->session(session).setNextTargetMsgSeqNum(target);
        return 0;
    }, -1);
}

int32_t qf_stored(
    qf_engine *engine, int32_t session, int32_t first, int32_t last, void *context,
    void (*body)(void *context, const qf_message *message)) {
    return guarded([&]() -> int32_t {
        std::vector<std::string> texts;
        engine->session(session).getStore()->get(first, last, texts);
        for (const std::string &text : texts) {
            FIX::Message stored(text, false);
            body(context, handle(stored));
        }
        return 0;
    }, -1);
}

qf_sent qf_send(
    qf_engine *engine, int32_t session, const char *msg_type, const uint8_t *bytes, const qf_field *fields, size_t count,
    bool store_when_logged_off) {
    SendScope scope(store_when_logged_off);
    SendScope *outer = current_send;  // a callback may send while a send is under way on its thread
    current_send = &scope;
    qf_sent sent = guarded([&]() -> qf_sent {
        FIX::Message message;
        FIX::Header &header = message.getHeader();
        header.setField(FIX::FIELD::MsgType, msg_type);
        for (size_t i = 0; i < count; i++) {
            std::string value(reinterpret_cast<const char *>(bytes + fields[i].offset), fields[i].length);
            if (FIX::Message::isHeaderField(fields[i].tag))
                header.setField(fields[i].tag, value);
            else
                message.setField(fields[i].tag, value);
        }
        bool written = engine->session(session).send(message);
        if (scope.withheld) return {QF_WITHHELD, 0};
        // A session that resets at logon drops what is sent before, without a call of toApp.
        if (!scope.reached || (!scope.logged_on && !store_when_logged_off)) return {QF_NOT_LOGGED_ON, 0};
        int32_t number = std::stoi(header.getField(FIX::FIELD::MsgSeqNum));
        return {written && scope.logged_on ? QF_SENT : QF_STORED, number};
    }, {QF_FAILED, 0});
    current_send = outer;
    return sent;
}

void qf_gather(void) { gather(); }

void qf_push(void) { push(); }

struct qf_store_file {
    LogStore store;
    qf_store_file(const char *path, bool syncs) : store(path, syncs) {}
};

qf_store_file *qf_store_open(const char *path, bool syncs) {
    return guarded([&]() -> qf_store_file * { return new qf_store_file(path, syncs); }, nullptr);
}
void qf_store_close(qf_store_file *store) { delete store; }

int32_t qf_store_set(qf_store_file *store, int32_t number, const uint8_t *bytes, size_t length) {
    return guarded([&]() -> int32_t {
        store->store.set(number, std::string(reinterpret_cast<const char *>(bytes), length));
        store->store.setNextSenderMsgSeqNum(number + 1);
        return 0;
    }, -1);
}
void qf_store_set_next(qf_store_file *store, int32_t sender, int32_t target) {
    store->store.setNextSenderMsgSeqNum(sender);
    store->store.setNextTargetMsgSeqNum(target);
}
void qf_store_next(qf_store_file *store, int32_t *sender, int32_t *target) {
    *sender = store->store.getNextSenderMsgSeqNum();
    *target = store->store.getNextTargetMsgSeqNum();
}
int32_t qf_store_reset(qf_store_file *store) {
    return guarded([&]() -> int32_t {
        store->store.reset();
        return 0;
    }, -1);
}
int32_t qf_store_get(
    qf_store_file *store, int32_t first, int32_t last, void *context,
    void (*body)(void *context, const uint8_t *bytes, size_t length)) {
    return guarded([&]() -> int32_t {
        std::vector<std::string> texts;
        store->store.get(first, last, texts);
        for (const std::string &text : texts) body(context, reinterpret_cast<const uint8_t *>(text.data()), text.size());
        return 0;
    }, -1);
}

bool qf_find(const qf_message *handle, int32_t tag, const uint8_t **bytes, size_t *length) {
    return guarded([&] {
        const FIX::Message &m = message(handle);
        const FIX::FieldMap *fields = &m;
        if (FIX::Message::isHeaderField(tag))
            fields = &m.getHeader();
        else if (FIX::Message::isTrailerField(tag))
            fields = &m.getTrailer();
        if (!fields->isSetField(tag)) return false;
        const std::string &value = fields->getField(tag);
        *bytes = reinterpret_cast<const uint8_t *>(value.data());
        *length = value.size();
        return true;
    }, false);
}

size_t qf_text(const qf_message *handle, uint8_t *buffer, size_t capacity) {
    return guarded([&]() -> size_t {
        std::string text = message(handle).toString();
        std::memcpy(buffer, text.data(), std::min(capacity, text.size()));
        return text.size();
    }, 0);
}
