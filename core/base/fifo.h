// SPDX-License-Identifier: Apache-2.0
// First in, first out, and no memory while nothing is in it. A std::deque keeps 600 bytes when it is empty, and a server has some
// fifteen such queues for each listener.
#pragma once

#include <list>

namespace parlour::base {

template <class T>
using Fifo = std::list<T>;

}  // namespace parlour::base
