// A session's message log: a line a message, both ways, for people.
#pragma once
#include <quickfix/Log.h>

#include <cstdint>
#include <ctime>
#include <mutex>
#include <string>

namespace cquickfix {

/// Appends `2026-03-02T14:30:00.123456789Z > MESSAGE` to a file, in one write a message: with the system before the next one, so
/// that it survives the process. What cannot be written (a full disk) is left out: the log is evidence, and no order waits for it.
class MessageLog {
public:
    explicit MessageLog(const std::string &path);
    ~MessageLog();
    MessageLog(const MessageLog &) = delete;
    MessageLog &operator=(const MessageLog &) = delete;

    void add(char way, const std::string &message);

private:
    void stamp();

    int file = -1;
    bool torn = false;  // the last line has no end
    time_t second = -1;
    std::string prefix, line;  // the second's text; the line being made
    std::mutex mutex;
};

/// Passwords of a Logon(A) are left out: 554, 925, 96 and their encrypted forms 1402, 1404.
std::string without_secrets(const std::string &message);

}  // namespace cquickfix
