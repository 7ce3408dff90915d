package org.example.articles;

import java.util.Optional;
import java.util.UUID;

import org.springframework.data.jpa.repository.JpaRepository;

interface Articles extends JpaRepository<Article, UUID> {

	Optional<Article> findByTitleSlug(String slug);

}
