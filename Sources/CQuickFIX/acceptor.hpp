// The address that acceptors listen on.
#pragma once
#include <string>

namespace cquickfix {

/// Acceptors of this port listen on this IPv4 address from now on; `0.0.0.0` is every interface.
void listen_at(int port, const std::string &address);

}  // namespace cquickfix
