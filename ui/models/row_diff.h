// SPDX-License-Identifier: Apache-2.0
// Turns one list into another by row identity: removes, moves, inserts and changes single rows, so that views keep their
// scroll place, focus and animations. Rows have `key()` and operator==.
// Thread: the model's (UI).
#pragma once

#include <QAbstractListModel>
#include <QModelIndex>
#include <algorithm>
#include <unordered_set>
#include <vector>

namespace parlour::ui {

/// What a model has to expose: the protected begin/end calls, by a friend.
template <class Model, class Row>
void applyRows(Model& model, std::vector<Row>& rows, const std::vector<Row>& next) {
    using Key = std::decay_t<decltype(next.front().key())>;
    std::unordered_set<Key> wanted;
    wanted.reserve(next.size());
    for (const auto& row : next) wanted.insert(row.key());

    // Gone rows, from the end, in runs.
    for (int last = static_cast<int>(rows.size()) - 1; last >= 0;) {
        if (wanted.count(rows[static_cast<std::size_t>(last)].key())) {
            --last;
            continue;
        }
        int first = last;
        while (first > 0 && !wanted.count(rows[static_cast<std::size_t>(first - 1)].key())) --first;
        model.beginRemove(first, last);
        rows.erase(rows.begin() + first, rows.begin() + last + 1);
        model.endRemove();
        last = first - 1;
    }
    std::unordered_set<Key> present;
    present.reserve(rows.size());
    for (const auto& row : rows) present.insert(row.key());

    for (std::size_t i = 0; i < next.size(); ++i) {
        const int at = static_cast<int>(i);
        if (i < rows.size() && rows[i].key() == next[i].key()) {
            if (!(rows[i] == next[i])) {
                rows[i] = next[i];
                model.changedRow(at);
            }
            continue;
        }
        if (!present.count(next[i].key())) {
            // A run of new rows goes in at once.
            std::size_t end = i + 1;
            while (end < next.size() && !present.count(next[end].key())) ++end;
            model.beginInsert(at, static_cast<int>(end) - 1);
            rows.insert(rows.begin() + at, next.begin() + static_cast<std::ptrdiff_t>(i),
                        next.begin() + static_cast<std::ptrdiff_t>(end));
            model.endInsert();
            i = end - 1;
            continue;
        }
        const auto found = std::find_if(rows.begin() + at, rows.end(), [&](const Row& row) { return row.key() == next[i].key(); });
        const int from = static_cast<int>(found - rows.begin());
        model.beginMove(from, at);
        std::rotate(rows.begin() + at, rows.begin() + from, rows.begin() + from + 1);
        model.endMove();
        if (!(rows[i] == next[i])) {
            rows[i] = next[i];
            model.changedRow(at);
        }
    }
}

/// A list model over a vector of rows; subclasses give roles and data.
template <class Row>
class RowModel : public QAbstractListModel {
  public:
    using QAbstractListModel::QAbstractListModel;
    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }
    const std::vector<Row>& rows() const { return m_rows; }
    void show(const std::vector<Row>& next) { applyRows(*this, m_rows, next); }

    void beginRemove(int first, int last) { beginRemoveRows({}, first, last); }
    void endRemove() { endRemoveRows(); }
    void beginInsert(int first, int last) { beginInsertRows({}, first, last); }
    void endInsert() { endInsertRows(); }
    void beginMove(int from, int to) { beginMoveRows({}, from, from, {}, to); }
    void endMove() { endMoveRows(); }
    void changedRow(int row) { emit dataChanged(index(row), index(row)); }

  protected:
    const Row* at(const QModelIndex& index) const {
        return index.isValid() && index.row() >= 0 && index.row() < rowCount() ? &m_rows[static_cast<std::size_t>(index.row())]
                                                                             : nullptr;
    }
    std::vector<Row> m_rows;
};

}  // namespace parlour::ui
