// Several messages in one segment, where a thread has many to send.
#pragma once

namespace cquickfix {

/// What this thread sends from now on waits in the system's buffer for what follows, up to a full segment or a few messages.
void gather();
/// Sends what waits; from now on each message leaves at once.
void push();

}  // namespace cquickfix
