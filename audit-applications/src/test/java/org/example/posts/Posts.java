package org.example.posts;

import org.springframework.data.repository.reactive.ReactiveCrudRepository;

interface Posts extends ReactiveCrudRepository<Post, Long> {

}
