// A session's message store in one file that is whole after a kill at any instruction and says so after a cut at any byte.
#pragma once
#include <quickfix/MessageStore.h>
#include <quickfix/SessionSettings.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace cquickfix {

/// Numbers and sent messages as an append-only file of records, each with a checksum.
///
///     file    header 32 B: "FLOORFIX", version, creation time (s since the epoch), CRC32C of the 24 bytes before it, 0
///     record  20 B: mark, CRC32C of what follows, length, kind, number; then `length` bytes: a message that was sent with
///             the number, or (4 B) the next number expected, where the record's own is the next one to send
///
/// Little-endian. A message of number n says that the next one is n + 1. What does not check is passed over and what checks
/// behind it counts: damage costs the messages that it hit, and the numbers of those behind them still hold. An end that does
/// not check was never sent, since a message is in the file before it is on the wire; it is cut off.
class LogStore : public FIX::MessageStore {
public:
    /// - Parameter syncs: whether a message is on the disk, and not with the system alone, before it leaves.
    LogStore(const std::string &path, bool syncs);
    ~LogStore() override;
    LogStore(const LogStore &) = delete;
    LogStore &operator=(const LogStore &) = delete;

    bool set(int number, const std::string &message) throw(FIX::IOException) override;
    void get(int first, int last, std::vector<std::string> &messages) const throw(FIX::IOException) override;
    int getNextSenderMsgSeqNum() const throw(FIX::IOException) override;
    int getNextTargetMsgSeqNum() const throw(FIX::IOException) override;
    void setNextSenderMsgSeqNum(int number) throw(FIX::IOException) override;
    void setNextTargetMsgSeqNum(int number) throw(FIX::IOException) override;
    void incrNextSenderMsgSeqNum() throw(FIX::IOException) override;
    void incrNextTargetMsgSeqNum() throw(FIX::IOException) override;
    FIX::UtcTimeStamp getCreationTime() const throw(FIX::IOException) override;
    void reset() throw(FIX::IOException) override;
    void refresh() throw(FIX::IOException) override {}

private:
    struct Place {
        uint64_t offset = 0;
        uint32_t length = 0;  // 0: not kept
    };
    enum Kind : uint32_t { kMessage = 1, kNumbers = 2 };

    void create(int64_t time);
    void open_file();
    void read_records(const std::vector<uint8_t> &bytes);
    void append(Kind kind, uint32_t number, const char *payload, size_t length);
    void note_numbers() noexcept;

    const std::string path;
    const bool syncs;
    int file = -1;
    uint64_t end = 0;
    int64_t created = 0;
    int next_sender = 1, next_target = 1;
    /// What the records of the file say of the next sender's number.
    int recorded_sender = 1;
    std::vector<Place> places;  // by MsgSeqNum
    std::string buffer;
    mutable std::mutex mutex;
};

/// The file of a session in the folder of its stores, which is made where it is not there.
std::string session_path(const FIX::Dictionary &settings, const FIX::SessionID &id, const char *ending);

class LogStoreFactory : public FIX::MessageStoreFactory {
public:
    LogStoreFactory(const FIX::SessionSettings &settings, bool syncs) : settings(settings), syncs(syncs) {}
    FIX::MessageStore *create(const FIX::SessionID &id) override;
    void destroy(FIX::MessageStore *store) override { delete store; }

private:
    const FIX::SessionSettings &settings;
    const bool syncs;
};

}  // namespace cquickfix
