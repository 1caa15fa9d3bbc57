// SPDX-License-Identifier: Apache-2.0
// One participant on the media thread: a connection on which the client publishes (it offers) and one on which it hears
// (we offer), or a single one for both on which the client offers; the tracks it may send and the lines it receives. Everything reaches it through its MediaRoom.
// Inputs: net (descriptions, candidates, tracks, wishes), house (rights, by MediaRoom), network (by MediaWorker).
// Thread: media.
#pragma once

#include <deque>
