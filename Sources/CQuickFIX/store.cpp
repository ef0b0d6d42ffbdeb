#include "store.hpp"

#include "cplatform.h"

#include <quickfix/SessionID.h>
#include <quickfix/SessionSettings.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace cquickfix {

static const char MAGIC[8] = {'F', 'L', 'O', 'O', 'R', 'F', 'I', 'X'};
static const uint32_t VERSION = 1, MARK = 0xF1C5EC04u;
static const size_t HEADER = 32, RECORD = 20;
/// No FIX message is as long; a length beyond it is damage.
static const uint32_t MOST = 16u << 20;

template <class T> static T read(const uint8_t *at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}
template <class T> static void put(std::string &out, T value) {
    out.append(reinterpret_cast<const char *>(&value), sizeof value);
}

static FIX::IOException failure(const std::string &path, const char *what) {
    return FIX::IOException(path + ": " + what + ": " + std::strerror(errno));
}

/// Writes all of it at a place, or throws; what a failed write left behind is cut off.
static void write_at(int file, const std::string &path, const char *bytes, size_t length, uint64_t at) {
    size_t done = 0;
    while (done < length) {
        ssize_t n = pwrite(file, bytes + done, length - done, static_cast<off_t>(at + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            int error = n == 0 ? ENOSPC : errno;
            if (ftruncate(file, static_cast<off_t>(at)) != 0) { /* the next opening cuts it off */ }
            errno = error;
            throw failure(path, "cannot write");
        }
        done += static_cast<size_t>(n);
    }
}

LogStore::LogStore(const std::string &path, bool syncs) : path(path), syncs(syncs) {
    open_file();
}

LogStore::~LogStore() {
    if (file < 0) return;
    fsync(file);
    close(file);
}

/// A new file takes the old one's place in one step, so there is always a whole one.
void LogStore::create(int64_t time) {
    std::string fresh = path + ".new", header(MAGIC, sizeof MAGIC);
    put(header, VERSION);
    put(header, uint32_t(0));
    put(header, time);
    put(header, cp_crc32c(0, header.data(), header.size()));
    put(header, uint32_t(0));
    int made = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (made < 0) throw failure(fresh, "cannot create");
    try {
        write_at(made, fresh, header.data(), header.size(), 0);
        if (fsync(made) != 0) throw failure(fresh, "cannot sync");
        if (rename(fresh.c_str(), path.c_str()) != 0) throw failure(path, "cannot replace");
    } catch (...) {
        close(made);
        throw;
    }
    size_t slash = path.rfind('/');
    int folder = ::open(slash == std::string::npos ? "." : path.substr(0, slash).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
    if (file >= 0) close(file);
    file = made;
    end = HEADER;
    created = time;
    next_sender = next_target = recorded_sender = 1;
    places.clear();
}

void LogStore::open_file() {
    file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return create(::time(nullptr));
    if (file < 0) throw failure(path, "cannot open");
    struct stat status;
    if (fstat(file, &status) != 0) throw failure(path, "cannot read");
    std::vector<uint8_t> bytes(static_cast<size_t>(status.st_size));
    size_t done = 0;
    while (done < bytes.size()) {
        ssize_t n = pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) throw failure(path, "cannot read");
        done += static_cast<size_t>(n);
    }
    bool is_ours = bytes.size() >= HEADER && std::memcmp(bytes.data(), MAGIC, sizeof MAGIC) == 0
        && read<uint32_t>(bytes.data() + 24) == cp_crc32c(0, bytes.data(), 24) && read<uint32_t>(bytes.data() + 8) == VERSION;
    if (!is_ours)
        throw FIX::IOException(path + ": no message store of version 1, or its first 32 bytes are damaged; "
            "move it away, and agree on sequence numbers with the other side");
    created = read<int64_t>(bytes.data() + 16);
    read_records(bytes);
    if (end < bytes.size() && ftruncate(file, static_cast<off_t>(end)) != 0) throw failure(path, "cannot cut");
}

void LogStore::read_records(const std::vector<uint8_t> &bytes) {
    end = HEADER;
    size_t at = HEADER;
    while (at + RECORD <= bytes.size()) {
        const uint8_t *record = bytes.data() + at;
        uint32_t length = read<uint32_t>(record + 8);
        bool checks = read<uint32_t>(record) == MARK && length <= MOST && at + RECORD + length <= bytes.size()
            && read<uint32_t>(record + 4) == cp_crc32c(0, record + 8, RECORD - 8 + length);
        if (!checks) {
            at++;  // damaged: the next mark that checks
            continue;
        }
        uint32_t kind = read<uint32_t>(record + 12), number = read<uint32_t>(record + 16);
        if (kind == kMessage && number < (1u << 30)) {
            if (places.size() <= number) places.resize(std::max<size_t>(number + 1, places.size() * 2));
            places[number].offset = at + RECORD;
            places[number].length = length;
            next_sender = recorded_sender = static_cast<int>(number) + 1;
        } else if (kind == kNumbers && length == 4) {
            next_sender = recorded_sender = static_cast<int>(number);
            next_target = static_cast<int>(read<uint32_t>(record + RECORD));
        }
        at += RECORD + length;
        end = at;
    }
}

void LogStore::append(Kind kind, uint32_t number, const char *payload, size_t length) {
    buffer.clear();
    put(buffer, MARK);
    put(buffer, uint32_t(0));
    put(buffer, static_cast<uint32_t>(length));
    put(buffer, static_cast<uint32_t>(kind));
    put(buffer, number);
    buffer.append(payload, length);
    uint32_t sum = cp_crc32c(0, buffer.data() + 8, buffer.size() - 8);
    std::memcpy(&buffer[4], &sum, sizeof sum);
    write_at(file, path, buffer.data(), buffer.size(), end);
    end += buffer.size();
}

/// A number that could not be written is lower after a restart: the other side then sends again what it has sent before,
/// which is known by its ids. QuickFIX would end the process for an exception here.
void LogStore::note_numbers() noexcept {
    try {
        uint32_t target = static_cast<uint32_t>(next_target);
        append(kNumbers, static_cast<uint32_t>(next_sender), reinterpret_cast<const char *>(&target), sizeof target);
        recorded_sender = next_sender;
    } catch (...) {
    }
}

bool LogStore::set(int number, const std::string &message) throw(FIX::IOException) {
    std::lock_guard<std::mutex> lock(mutex);
    if (number < 1 || message.size() > MOST) throw FIX::IOException(path + ": not a message to keep");
    append(kMessage, static_cast<uint32_t>(number), message.data(), message.size());
    if (syncs && fdatasync(file) != 0) throw failure(path, "cannot sync");
    size_t slot = static_cast<size_t>(number);
    if (places.size() <= slot) places.resize(std::max(slot + 1, places.size() * 2));
    places[slot].offset = end - message.size();
    places[slot].length = static_cast<uint32_t>(message.size());
    recorded_sender = number + 1;
    return true;
}

void LogStore::get(int first, int last, std::vector<std::string> &messages) const throw(FIX::IOException) {
    std::lock_guard<std::mutex> lock(mutex);
    messages.clear();
    for (int number = std::max(first, 1); number <= last && static_cast<size_t>(number) < places.size(); number++) {
        Place place = places[static_cast<size_t>(number)];
        if (place.length == 0) continue;
        std::string text(place.length, 0);
        if (pread(file, &text[0], text.size(), static_cast<off_t>(place.offset)) != static_cast<ssize_t>(text.size()))
            throw failure(path, "cannot read");
        messages.push_back(std::move(text));
    }
}

int LogStore::getNextSenderMsgSeqNum() const throw(FIX::IOException) {
    std::lock_guard<std::mutex> lock(mutex);
    return next_sender;
}
int LogStore::getNextTargetMsgSeqNum() const throw(FIX::IOException) {
    std::lock_guard<std::mutex> lock(mutex);
    return next_target;
}
void LogStore::setNextSenderMsgSeqNum(int number) throw(FIX::IOException) {
    std::lock_guard<std::mutex> lock(mutex);
    next_sender = number;
    if (recorded_sender == number) return;  // the message before it says so
    note_numbers();
}
void LogStore::setNextTargetMsgSeqNum(int number) throw(FIX::IOException) {
    std::lock_guard<std::mutex> lock(mutex);
    next_target = number;
    note_numbers();
}
void LogStore::incrNextSenderMsgSeqNum() throw(FIX::IOException) { setNextSenderMsgSeqNum(getNextSenderMsgSeqNum() + 1); }
void LogStore::incrNextTargetMsgSeqNum() throw(FIX::IOException) { setNextTargetMsgSeqNum(getNextTargetMsgSeqNum() + 1); }

FIX::UtcTimeStamp LogStore::getCreationTime() const throw(FIX::IOException) {
    std::lock_guard<std::mutex> lock(mutex);
    return FIX::UtcTimeStamp(static_cast<time_t>(created));
}

void LogStore::reset() throw(FIX::IOException) {
    std::lock_guard<std::mutex> lock(mutex);
    create(::time(nullptr));
}

std::string session_path(const FIX::Dictionary &settings, const FIX::SessionID &id, const char *ending) {
    std::string folder = settings.getString(FIX::FILE_STORE_PATH);
    for (size_t at = 1; at <= folder.size(); at++)  // the folder and those above it
        if (at == folder.size() || folder[at] == '/') mkdir(folder.substr(0, at).c_str(), 0755);
    std::string name = id.toStringFrozen();
    for (char &letter : name)
        if (!isalnum(static_cast<unsigned char>(letter)) && letter != '.' && letter != '-') letter = '_';
    return folder + "/" + name + ending;
}

FIX::MessageStore *LogStoreFactory::create(const FIX::SessionID &id) {
    return new LogStore(session_path(settings.get(id), id, ".fixlog"), syncs);
}

}  // namespace cquickfix
