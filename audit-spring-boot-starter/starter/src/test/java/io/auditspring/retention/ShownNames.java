package io.auditspring.retention;

import java.util.Set;
import java.util.TreeSet;

import io.auditspring.capture.internal.entry.TargetNames;

/**
 * An application that calls things by another name than entries show, and numbers by
 * words.
 *
 * @param said what it says
 * @param shown what entries show
 */
record ShownNames(String said, String shown) implements TargetNames {

	@Override
	public String kind(String type) {
		return type.equals(this.said) ? this.shown : type;
	}

	@Override
	public Set<String> kinds(String type) {
		return new TreeSet<>(Set.of(type, kind(type)));
	}

	@Override
	public String id(String type, Object id) {
		return id.equals("forty-three") ? "43" : id.toString();
	}

}
