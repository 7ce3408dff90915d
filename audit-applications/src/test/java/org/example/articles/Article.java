package org.example.articles;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import org.hibernate.annotations.CreationTimestamp;

@Entity
@Table(name = "articles")
public class Article {

	@Id
	@GeneratedValue(strategy = GenerationType.UUID)
	private UUID id;

	@Version
	private long version;

	@Embedded
	private Title title;

	@ElementCollection
	@CollectionTable(name = "article_tags", joinColumns = @JoinColumn(name = "article_id"))
	@Column(name = "tag")
	private Set<String> tags = new HashSet<>();

	@CreationTimestamp
	private Instant createdAt;

	protected Article() {
	}

	Article(Title title, Set<String> tags) {
		this.title = title;
		this.tags.addAll(tags);
	}

	public UUID getId() {
		return this.id;
	}

	public Title getTitle() {
		return this.title;
	}

	void setTitle(Title title) {
		this.title = title;
	}

}
