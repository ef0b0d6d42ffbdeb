#include "acceptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>

namespace cquickfix {

static std::mutex mutex;
static std::map<int, std::string> addresses;

void listen_at(int port, const std::string &address) {
    std::lock_guard<std::mutex> lock(mutex);
    addresses[port] = address;
}

static std::string address_of(int port) {
    std::lock_guard<std::mutex> lock(mutex);
    auto found = addresses.find(port & 0xFFFF);  // QuickFIX keeps it in a short, and 32768 becomes negative
    return found == addresses.end() ? "127.0.0.1" : found->second;
}

}  // namespace cquickfix

namespace FIX {

/// QuickFIX's acceptors take a port and no address, and would listen on every interface. They call this function of the library's
/// through its symbol, and the dynamic linker gives them the executable's one of the same name: this.
///
/// - Returns: a listening socket, or −1, with errno.
int socket_createAcceptor(int port, bool reuse) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    if (inet_pton(AF_INET, cquickfix::address_of(port).c_str(), &address.sin_addr) != 1) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listening < 0) return -1;
    int on = 1;
    if (reuse) setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listening, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 && listen(listening, SOMAXCONN) == 0)
        return listening;
    int error = errno;
    close(listening);
    errno = error;
    return -1;
}

}  // namespace FIX
