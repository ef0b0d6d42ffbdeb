#include "sending.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstddef>

namespace cquickfix {

/// After so many messages what waits is sent, so that the first of many is not late.
static const int MOST = 32;

static thread_local bool gathers = false;
static thread_local int waiting = 0, waiting_on = -1;

/// Setting TCP_NODELAY sends what MSG_MORE has held back (tcp(7)). On a socket closed meanwhile there is nothing to send.
static void send_waiting() {
    if (waiting == 0) return;
    waiting = 0;
    int on = 1;
    setsockopt(waiting_on, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void gather() { gathers = true; }

void push() {
    gathers = false;
    send_waiting();
}

}  // namespace cquickfix

namespace FIX {

using namespace cquickfix;

/// QuickFIX sends every message by itself: on the way to the wire that is most of what a message costs. It calls this function
/// of the library's through its symbol, and the dynamic linker gives it the executable's one of the same name: this.
///
/// The bytes are the system's at the return, as before: a process that ends then has still sent them. TLS does not come here.
ssize_t socket_send(int socket, const char *bytes, size_t length) {
    if (waiting > 0 && socket != waiting_on) send_waiting();
    bool waits = gathers && waiting + 1 < MOST;
    ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL | (waits ? MSG_MORE : 0));
    waiting = waits ? waiting + 1 : 0;
    waiting_on = socket;
    return sent;
}

}  // namespace FIX
