#include "messagelog.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace cquickfix {

static const char SOH = '\001';

MessageLog::MessageLog(const std::string &path) {
    file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return;
    off_t end = lseek(file, 0, SEEK_END);
    char last = '\n';
    torn = end > 0 && pread(file, &last, 1, end - 1) == 1 && last != '\n';
}

MessageLog::~MessageLog() {
    if (file >= 0) close(file);
}

void MessageLog::stamp() {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != second) {
        second = now.tv_sec;
        tm utc;
        gmtime_r(&second, &utc);
        char text[32];
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &utc);
        prefix = text;
    }
    char digits[9];
    for (long place = 8, left = now.tv_nsec; place >= 0; place--, left /= 10) digits[place] = static_cast<char>('0' + left % 10);
    line.append(prefix).append(digits, sizeof digits).append("Z ");
}

void MessageLog::add(char way, const std::string &message) {
    std::lock_guard<std::mutex> lock(mutex);
    if (file < 0) return;
    line.clear();
    if (torn) line.push_back('\n');
    stamp();
    line.push_back(way);
    line.push_back(' ');
    if (message.find("\00135=A\001") != std::string::npos)
        line.append(without_secrets(message));
    else
        line.append(message);
    line.push_back('\n');
    ssize_t written;
    do written = write(file, line.data(), line.size());
    while (written < 0 && errno == EINTR);
    if (written > 0) torn = static_cast<size_t>(written) < line.size();
}

std::string without_secrets(const std::string &message) {
    std::string shown;
    size_t at = 0;
    while (at < message.size()) {
        size_t equals = message.find('=', at);
        if (equals == std::string::npos) {
            shown.append(message, at, std::string::npos);
            break;
        }
        std::string tag = message.substr(at, equals - at);
        bool is_secret = tag == "554" || tag == "925" || tag == "96" || tag == "1402" || tag == "1404";
        size_t end = message.find(SOH, equals);
        if (end == std::string::npos) end = message.size();
        shown.append(tag).push_back('=');
        if (is_secret)
            shown.append("***");
        else
            shown.append(message, equals + 1, end - equals - 1);
        if (end < message.size()) shown.push_back(SOH);
        at = end + 1;
    }
    return shown;
}

}  // namespace cquickfix
