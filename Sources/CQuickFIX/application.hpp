// The engine's callbacks, as QuickFIX's virtual classes, handed on through a table of C functions.
#pragma once
#include "cquickfix.h"

#include <quickfix/Application.h>
#include <quickfix/Log.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>

#include <map>
#include <string>

namespace cquickfix {

/// What the thread that is inside qf_send asks for, and what became of it.
struct SendScope {
    bool store_when_logged_off;
    bool reached = false;    // toApp was called: the engine took the message
    bool logged_on = false;  // when it was numbered, under the session's lock
    bool withheld = false;

    explicit SendScope(bool store_when_logged_off) : store_when_logged_off(store_when_logged_off) {}
};

extern thread_local SendScope *current_send;
extern thread_local int callback_depth;

struct CallbackScope {
    CallbackScope() { callback_depth++; }
    ~CallbackScope() { callback_depth--; }
};

inline const qf_message *handle(const FIX::Message &message) { return reinterpret_cast<const qf_message *>(&message); }
inline const FIX::Message &message(const qf_message *handle) { return *reinterpret_cast<const FIX::Message *>(handle); }

/// QuickFIX puts what() into the Logout's Text(58); this one says the reason alone, without the exception's own name.
struct LogonRefusal : FIX::RejectLogon {
    explicit LogonRefusal(const std::string &reason) : FIX::RejectLogon(reason), reason(reason) {}
    const char *what() const noexcept override { return reason.c_str(); }
    ~LogonRefusal() noexcept override {}

private:
    std::string reason;
};

/// An exception outside of a callback's throw() list ends the process, so each body throws the named ones only.
class Application : public FIX::Application {
public:
    explicit Application(const qf_callbacks &callbacks) : callbacks(callbacks) {}

    const qf_callbacks callbacks;
    std::map<FIX::SessionID, int32_t> numbers;  // filled before the engine starts, read only afterwards

    int32_t number(const FIX::SessionID &id) const {
        auto found = numbers.find(id);
        return found == numbers.end() ? -1 : found->second;
    }

    void onCreate(const FIX::SessionID &) override {}
    void toAdmin(FIX::Message &, const FIX::SessionID &) override {}

    void onLogon(const FIX::SessionID &id) override {
        CallbackScope scope;
        callbacks.on_logon(callbacks.context, number(id));
    }

    void onLogout(const FIX::SessionID &id) override {
        CallbackScope scope;
        callbacks.on_logout(callbacks.context, number(id));
    }

    void toApp(FIX::Message &m, const FIX::SessionID &id) throw(FIX::DoNotSend) override {
        CallbackScope scope;
        const FIX::Header &header = m.getHeader();
        bool is_resend = header.isSetField(FIX::FIELD::PossDupFlag) && header.getField(FIX::FIELD::PossDupFlag) == "Y";
        if (!is_resend && current_send) {
            FIX::Session *session = FIX::Session::lookupSession(id);
            current_send->reached = true;
            current_send->logged_on = session && session->isLoggedOn();
            if (!current_send->logged_on && !current_send->store_when_logged_off) throw FIX::DoNotSend();
        }
        if (callbacks.to_app(callbacks.context, number(id), handle(m), is_resend).verdict != QF_DO_NOT_SEND) return;
        if (!is_resend && current_send) current_send->withheld = true;
        throw FIX::DoNotSend();
    }

    void fromAdmin(const FIX::Message &m, const FIX::SessionID &id)
        throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {
        CallbackScope scope;
        char text[256] = "";
        qf_answer answer = callbacks.from_admin(callbacks.context, number(id), handle(m), text, sizeof text);
        if (answer.verdict == QF_REJECT_LOGON) throw LogonRefusal(text);
    }

    void fromApp(const FIX::Message &m, const FIX::SessionID &id)
        throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        CallbackScope scope;
        qf_answer answer = callbacks.from_app(callbacks.context, number(id), handle(m));
        switch (answer.verdict) {
        case QF_UNSUPPORTED_TYPE: throw FIX::UnsupportedMessageType();
        case QF_MISSING_FIELD: throw FIX::FieldNotFound(answer.tag);
        case QF_BAD_VALUE: throw FIX::IncorrectTagValue(answer.tag);
        default: return;
        }
    }
};

/// Hands the engine's own words on; the messages themselves are not logged.
class EventLog : public FIX::Log {
public:
    EventLog(const Application &application, const FIX::SessionID *id)
        : application(application), has_session(id != nullptr), id(id ? *id : FIX::SessionID()) {}

    void clear() override {}
    void backup() override {}
    void onIncoming(const std::string &) override {}
    void onOutgoing(const std::string &) override {}

    void onEvent(const std::string &text) override {
        CallbackScope scope;
        const qf_callbacks &callbacks = application.callbacks;
        int32_t session = has_session ? application.number(id) : -1;
        callbacks.on_event(callbacks.context, session, reinterpret_cast<const uint8_t *>(text.data()), text.size());
    }

private:
    const Application &application;
    bool has_session;
    FIX::SessionID id;
};

class EventLogFactory : public FIX::LogFactory {
public:
    explicit EventLogFactory(const Application &application) : application(application) {}
    FIX::Log *create() override { return new EventLog(application, nullptr); }
    FIX::Log *create(const FIX::SessionID &id) override { return new EventLog(application, &id); }
    void destroy(FIX::Log *log) override { delete log; }

private:
    const Application &application;
};

}  // namespace cquickfix
