// SPDX-License-Identifier: Apache-2.0
// Ways to pass a link on: as text, by mail, as a calendar entry, in the composer of a public site. Composers open in the
// browser with the words filled in; nothing is sent from here. Thread: UI.
#pragma once

#include <QObject>
#include <QString>
#include <QUrl>
#include <QVariant>

namespace parlour::ui {

class ShareModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QVariantList composers READ composers CONSTANT)   ///< [{key, title}]
  public:
    using QObject::QObject;
    QVariantList composers() const;
    /// "Title, when, link" on lines of their own; empty parts are left out.
    Q_INVOKABLE QString words(const QString& title, const QString& when, const QString& message, const QString& link) const;
    /// The composer's address with everything filled in; "mail" is a mail. Invalid for a key that is not known.
    QUrl composer(const QString& key, const QString& title, const QString& words, const QString& link, const QString& instance) const;
    /// Opens it in the person's browser or mail program.
    Q_INVOKABLE bool compose(const QString& key, const QString& title, const QString& words, const QString& link,
                             const QString& instance = {}) const;
    /// Opens an address of a calendar file of a house (http or https) with the person's browser.
    Q_INVOKABLE bool openCalendar(const QString& address) const;
    /// A name that is still free among the person's downloads: "Stem.png", "Stem (2).png".
    Q_INVOKABLE QString freeDownload(const QString& stem, const QString& ending) const;
    /// Where a dropped file lies on this computer; empty when it is no local file.
    Q_INVOKABLE QString localPath(const QUrl& url) const { return url.toLocalFile(); }
    /// {names, problem} of one name a line, or a CSV (core/api/name_list.h); the problem in words, "" when there is none.
    Q_INVOKABLE QVariantMap names(const QString& pasted) const;
};

}  // namespace parlour::ui
