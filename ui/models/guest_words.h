// SPDX-License-Identifier: Apache-2.0
// What pages need of a guest's terms beyond their JSON: two versions side by side, and the host's signature. Thread: UI.
#pragma once

#include <QJSValue>
#include <QObject>
#include <QVariant>

#include "ui/models/house_model.h"

namespace parlour::ui {

class GuestWords : public QObject {
    Q_OBJECT
  public:
    explicit GuestWords(HouseModel& house, QObject* parent = nullptr) : QObject(parent), m_house(house) {}

    /// Every field of the terms in their order: [{field, title, before, after, changed, removed, added}]; before and after are
    /// lines of text, dates in the reader's zone.
    Q_INVOKABLE QVariantList compare(const QVariantMap& before, const QVariantMap& after) const;
    Q_INVOKABLE QString stateWords(const QString& state) const;
    /// How a guest is known: "" | link | code | compared.
    Q_INVOKABLE QString verifiedWords(const QString& verified) const;
    Q_INVOKABLE QString actWords(const QString& act, const QString& by) const;
    /// Signs the version as `view` shows it: what is signed is what was read, not what the house says by then.
    /// done(view, problem) as HouseModel::post.
    Q_INVOKABLE void sign(const QVariantMap& view, int version, const QJSValue& done) const;
    /// ISO 8601 in UTC of a day and time as typed on this computer's clock ("2026-11-24 18:00"); empty when it is none.
    Q_INVOKABLE QString isoOf(const QString& typed) const;
    Q_INVOKABLE QString typedOf(const QString& iso) const;

  private:
    HouseModel& m_house;
};

}  // namespace parlour::ui
