/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.past;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/**
 * The elements of several iterators in one order, each once. Each iterator has its own in
 * that order already.
 *
 * @param <T> the elements' type
 */
public final class MergedIterator<T> implements Iterator<T> {

	private final Comparator<T> order;

	private final PriorityQueue<Source<T>> sources;

	/**
	 * Merges iterators.
	 * @param iterators the iterators
	 * @param order the order, in which only the same elements are equal
	 */
	public MergedIterator(List<? extends Iterator<T>> iterators, Comparator<T> order) {
		this.order = order;
		this.sources = new PriorityQueue<>(Comparator.comparing(Source::next, order));
		iterators.forEach(this::advance);
	}

	/**
	 * What an iterator has left.
	 *
	 * @param <T> the elements' type
	 * @param next the next element
	 * @param rest the others
	 */
	private record Source<T>(T next, Iterator<T> rest) {

	}

	private void advance(Iterator<T> iterator) {
		if (iterator.hasNext()) {
			this.sources.add(new Source<>(iterator.next(), iterator));
		}
	}

	@Override
	public boolean hasNext() {
		return !this.sources.isEmpty();
	}

	@Override
	public T next() {
		Source<T> first = this.sources.poll();
		if (first == null) {
			throw new NoSuchElementException();
		}
		advance(first.rest());
		for (Source<T> same = this.sources.peek(); same != null
				&& this.order.compare(same.next(), first.next()) == 0; same = this.sources.peek()) {
			this.sources.remove();
			advance(same.rest());
		}
		return first.next();
	}

}
