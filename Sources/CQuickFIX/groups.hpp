// The repeating groups that are read without a data dictionary of the venue's.
#pragma once
#include <quickfix/DataDictionary.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>

namespace cquickfix {

/// A dictionary that knows one group and checks nothing: StrategyParametersGrp (957) of NewOrderSingle and
/// OrderCancelReplaceRequest. Without it QuickFIX refuses a message with two strategy parameters, since tags repeat.
inline ptr::shared_ptr<FIX::DataDictionary> known_groups() {
    FIX::DataDictionary parameter;
    for (int tag : {958, 959, 960}) parameter.addField(tag);
    ptr::shared_ptr<FIX::DataDictionary> messages(new FIX::DataDictionary);
    for (const char *type : {"D", "G"}) messages->addGroup(type, 957, 958, parameter);
    return messages;
}

/// Gives a session that has no dictionary of its own the groups above.
inline void know_groups(FIX::Session &session, const FIX::Dictionary &settings) {
    if (settings.has("UseDataDictionary") && settings.getBool("UseDataDictionary")) return;
    FIX::DataDictionaryProvider provider;
    const FIX::BeginString &version = session.getSessionID().getBeginString();
    provider.addTransportDataDictionary(version, known_groups());
    // FIXT.1.1 carries messages of 5.0 SP2, whose ApplVerID is 9.
    if (session.getSessionID().isFIXT())
        provider.addApplicationDataDictionary(FIX::ApplVerID("9"), known_groups());
    else
        provider.addApplicationDataDictionary(FIX::Message::toApplVerID(version), known_groups());
    session.setDataDictionaryProvider(provider);
}

}  // namespace cquickfix
