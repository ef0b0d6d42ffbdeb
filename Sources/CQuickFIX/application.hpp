// The engine's callbacks, as QuickFIX's virtual classes, handed on through a table of C functions.
#pragma once
#include "cquickfix.h"

#include "messagelog.hpp"
#include "store.hpp"

#include <quickfix/Application.h>
#include <quickfix/Log.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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
    std::map<int32_t, std::vector<std::pair<int, std::string>>> logon_fields;  // likewise, by session

    int32_t number(const FIX::SessionID &id) const {
        auto found = numbers.find(id);
        return found == numbers.end() ? -1 : found->second;
    }

    void onCreate(const FIX::SessionID &) override {}
    void toAdmin(FIX::Message &m, const FIX::SessionID &id) override {
        auto more = logon_fields.find(number(id));
        if (more == logon_fields.end() || m.getHeader().getField(FIX::FIELD::MsgType) != "A") return;
        for (const std::pair<int, std::string> &field : more->second) {
            if (FIX::Message::isHeaderField(field.first))
                m.getHeader().setField(field.first, field.second);
            else
                m.setField(field.first, field.second);
        }
    }

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

/// Hands the engine's own words on, and keeps the messages of a session that has a log.
class EventLog : public FIX::Log {
public:
    /// - Parameter path: the file of the messages; empty for none.
    EventLog(const Application &application, const FIX::SessionID *id, const std::string &path)
        : application(application), has_session(id != nullptr), id(id ? *id : FIX::SessionID()),
          messages(path.empty() ? nullptr : new MessageLog(path)) {}

    void clear() override {}
    void backup() override {}
    void onIncoming(const std::string &message) override {
        if (messages) messages->add('<', message);
    }
    void onOutgoing(const std::string &message) override {
        if (messages) messages->add('>', message);
    }

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
    const std::unique_ptr<MessageLog> messages;
};

class EventLogFactory : public FIX::LogFactory {
public:
    EventLogFactory(const Application &application, const FIX::SessionSettings &settings)
        : application(application), settings(settings) {}
    FIX::Log *create() override { return new EventLog(application, nullptr, ""); }
    FIX::Log *create(const FIX::SessionID &id) override {
        const FIX::Dictionary &of_session = settings.get(id);
        bool is_logged = of_session.has(FIX::FILE_STORE_PATH) && of_session.has("FloorMessageLog");
        return new EventLog(application, &id, is_logged ? session_path(of_session, id, ".messages") : "");
    }
    void destroy(FIX::Log *log) override { delete log; }

private:
    const Application &application;
    const FIX::SessionSettings &settings;
};

}  // namespace cquickfix
