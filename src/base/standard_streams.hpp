// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace virga {

/// Opens /dev/null for each standard stream that is closed: it would lend its number to the next
/// file that is opened, and what is printed would go there. Before anything is opened.
void occupy_standard_streams();

/// Standard input as a descriptor of the caller's own, closed in programs that are started; what
/// reads descriptor 0 from now on finds the end of /dev/null. For input that nobody else may take
/// from: a credential process inherits descriptor 0, and a question for an MFA code falls back on
/// it. Below 0: errno says why. Before the first thread.
[[nodiscard]] int take_standard_input();

}  // namespace virga
