package org.example.posts;

import io.auditspring.Audited;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Writer {

	private final Posts posts;

	Writer(Posts posts) {
		this.posts = posts;
	}

	@Audited(action = "post.write", targetType = "Post", targetId = "#result.id()")
	@Transactional
	public Mono<Post> write(String title) {
		return this.posts.save(new Post(null, title));
	}

	@Audited(action = "post.withdraw")
	@Transactional
	public Mono<Void> withdraw(long id) {
		return this.posts.deleteById(id).then(Mono.error(new IllegalStateException("Post %d stays".formatted(id))));
	}

}
